// Builds what Flux applies with Flux's own libraries. Reads a request a line, writes an answer a line, as JSON.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"

	generator "github.com/fluxcd/pkg/kustomize"
	"github.com/fluxcd/pkg/ssa/utils"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/yaml"
)

const group = "kustomize.toolkit.fluxcd.io"

type request struct {
	// Root is the directory of the artifact.
	Root string `json:"root"`
	// Directory is the one to build, below the root.
	Directory string `json:"directory"`
	// Kustomization is the text of the Flux Kustomization.
	Kustomization string `json:"kustomization"`
	// Objects are the texts of the objects in the cluster.
	Objects []string `json:"objects"`
	// Strict tells whether a variable without a value is an error.
	Strict bool `json:"strict"`
}

type answer struct {
	YAML  string `json:"yaml"`
	Error string `json:"error,omitempty"`
}

func read(text string) (*unstructured.Unstructured, error) {
	object := &unstructured.Unstructured{}
	return object, yaml.Unmarshal([]byte(text), &object.Object)
}

func build(request request) (text string, err error) {
	// kustomize-controller survives a panic of the libraries too: the Kustomization fails.
	defer func() {
		if why := recover(); why != nil {
			err = fmt.Errorf("panic: %v", why)
		}
	}()
	kustomization, err := read(request.Kustomization)
	if err != nil {
		return "", err
	}
	var objects []client.Object
	for _, text := range request.Objects {
		object, err := read(text)
		if err != nil {
			return "", err
		}
		objects = append(objects, object)
	}
	cluster := fake.NewClientBuilder().WithScheme(scheme.Scheme).WithObjects(objects...).Build()

	directory := filepath.Join(request.Root, request.Directory)
	saved := generator.WithSaveOriginalKustomization()
	action, err := generator.NewGenerator(request.Root, *kustomization).WriteFile(directory, saved)
	if err != nil {
		return "", err
	}
	defer func() {
		err = errors.Join(err, generator.CleanDirectory(directory, action))
	}()
	built, err := generator.SecureBuild(request.Root, directory, false)
	if err != nil {
		return "", err
	}
	_, postBuild, _ := unstructured.NestedMap(kustomization.Object, "spec", "postBuild")
	strategy, _, _ := unstructured.NestedString(kustomization.Object, "spec", "postBuild", "substituteStrategy")
	for _, resource := range built.Resources() {
		if resource.GetName() == "" || resource.GetKind() == "" || resource.GetApiVersion() == "" {
			return "", fmt.Errorf("no apiVersion, kind or name: %v", resource.String())
		}
		if !postBuild {
			continue
		}
		changed, err := generator.SubstituteVariables(context.Background(), cluster, *kustomization, resource,
			generator.SubstituteWithStrict(request.Strict), generator.SubstituteWithAlways(strategy == "Always"))
		if err != nil {
			return "", fmt.Errorf("post build failed for '%s': %w", resource.GetName(), err)
		}
		if changed != nil {
			if _, err := built.Replace(resource); err != nil {
				return "", err
			}
		}
	}
	if _, err := built.AsYaml(); err != nil {
		return "", err
	}
	var texts bytes.Buffer
	for _, resource := range built.Resources() {
		text, err := mark(resource, kustomization)
		if err != nil {
			return "", err
		}
		if texts.Len() > 0 && len(text) > 0 {
			texts.WriteString("---\n")
		}
		texts.Write(text)
	}
	return texts.String(), nil
}

// mark gives the text of an object as it is applied, nothing for one that is not applied: with the labels of
// the owner and the common metadata, which kustomize-controller sets on the decoded objects.
func mark(resource *resource.Resource, kustomization *unstructured.Unstructured) ([]byte, error) {
	text, err := resource.AsYAML()
	if err != nil {
		return nil, err
	}
	decoded, err := utils.ReadObjects(bytes.NewReader(text))
	if err != nil || len(decoded) == 0 {
		return nil, err
	}
	for _, object := range decoded {
		labels := object.GetLabels()
		if labels == nil {
			labels = make(map[string]string)
		}
		labels[group+"/name"] = kustomization.GetName()
		labels[group+"/namespace"] = kustomization.GetNamespace()
		object.SetLabels(labels)
	}
	_, common, _ := unstructured.NestedMap(kustomization.Object, "spec", "commonMetadata")
	if common {
		labels, _, err := unstructured.NestedStringMap(kustomization.Object, "spec", "commonMetadata", "labels")
		if err != nil {
			return nil, err
		}
		annotations, _, err := unstructured.NestedStringMap(kustomization.Object, "spec", "commonMetadata", "annotations")
		if err != nil {
			return nil, err
		}
		utils.SetCommonMetadata(decoded, labels, annotations)
	}
	// The numbers of kustomize, for decoding has made floating ones of large ones.
	numbers, err := resource.MarshalJSON()
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(numbers))
	decoder.UseNumber()
	marked := map[string]any{}
	if err := decoder.Decode(&marked); err != nil {
		return nil, err
	}
	metadata := marked["metadata"].(map[string]any)
	metadata["labels"] = decoded[0].GetLabels()
	if annotations := decoded[0].GetAnnotations(); common && annotations != nil {
		metadata["annotations"] = annotations
	}
	numbers, err = json.Marshal(marked)
	if err != nil {
		return nil, err
	}
	return yaml.JSONToYAML(numbers)
}

func main() {
	// Warnings of kustomize.
	os.Stderr, _ = os.Open(os.DevNull)
	log.SetOutput(io.Discard)
	lines := bufio.NewReader(os.Stdin)
	answers := json.NewEncoder(os.Stdout)
	for {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			return
		}
		if err != nil {
			panic(err)
		}
		var request request
		if err := json.Unmarshal(line, &request); err != nil {
			panic(err)
		}
		text, err := build(request)
		answer := answer{YAML: text}
		if err != nil {
			answer.Error = err.Error()
		}
		if err := answers.Encode(answer); err != nil {
			panic(err)
		}
	}
}
