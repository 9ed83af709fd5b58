// Answers each line on standard input by Masterminds/semver and Flux's ParseVersion. The first field of a line says
// what is asked; a tab in a text is written as ␉.
package main

import (
	"bufio"
	"fmt"
	"os"
	"regexp"
	"sort"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/fluxcd/pkg/version"
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
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		for i, field := range fields {
			fields[i] = strings.ReplaceAll(field, "␉", "\t")
		}
		answer, err := ask(fields)
		if err != nil {
			answer = "error"
		}
		fmt.Fprintln(out, strings.ReplaceAll(answer, "\t", "␉"))
	}
}

func ask(fields []string) (string, error) {
	switch fields[0] {
	case "read":
		constraints, err := semver.NewConstraint(fields[1])
		if err != nil {
			return "", err
		}
		return constraints.String(), nil
	case "match":
		constraints, err := semver.NewConstraint(fields[1])
		if err != nil {
			return "", err
		}
		v, err := semver.NewVersion(fields[2])
		if err != nil {
			return "no version", nil
		}
		return fmt.Sprint(constraints.Check(v)), nil
	case "loose":
		return written(semver.NewVersion(fields[1]))
	case "strict":
		return written(semver.StrictNewVersion(fields[1]))
	case "tag":
		return written(version.ParseVersion(fields[1]))
	case "order":
		a, err := semver.NewVersion(fields[1])
		if err != nil {
			return "", err
		}
		b, err := semver.NewVersion(fields[2])
		if err != nil {
			return "", err
		}
		return fmt.Sprint(a.Compare(b)), nil
	case "choose":
		return choose(fields[1], fields[2], fields[3] == "helm", strings.Split(fields[4], " "))
	}
	panic(fields[0])
}

func written(v *semver.Version, err error) (string, error) {
	if err != nil {
		return "", err
	}
	return v.String(), nil
}

// What Flux takes of the tags of an OCIRepository.
func choose(expression, filter string, helm bool, tags []string) (string, error) {
	keep, err := regexp.Compile(filter)
	if err != nil {
		return "", err
	}
	constraints, err := semver.NewConstraint(expression)
	if err != nil {
		return "", err
	}
	var matching []*semver.Version
	for _, tag := range tags {
		if !keep.MatchString(tag) {
			continue
		}
		if helm {
			tag = strings.ReplaceAll(tag, "_", "+")
		}
		if v, err := version.ParseVersion(tag); err == nil && constraints.Check(v) {
			matching = append(matching, v)
		}
	}
	if len(matching) == 0 {
		return "none", nil
	}
	sort.Sort(sort.Reverse(semver.Collection(matching)))
	chosen := matching[0].Original()
	if helm {
		chosen = strings.ReplaceAll(chosen, "+", "_")
	}
	return chosen, nil
}
