// Says of each line on standard input whether Masterminds/semver reads it: its own way to write the
// constraint, or "error".
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"github.com/Masterminds/semver/v3"
)

func main() {
	in := bufio.NewReader(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		constraints, err := semver.NewConstraint(strings.TrimSuffix(line, "\n"))
		if err != nil {
			fmt.Fprintln(out, "error")
			continue
		}
		fmt.Fprintln(out, constraints.String())
	}
}
