// Writes the Node, Python and Go SDKs of a Pulumi schema: `sdk-generator SCHEMA OUTDIR` makes OUTDIR/nodejs, OUTDIR/python and OUTDIR/go.
//
// It stands in for `pulumi package gen-sdk`, which needs newer language hosts than can be had as Go modules; the code that
// writes the SDKs is the CLI's own, of the version in go.mod.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	golang "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// Stands in the header of each generated file.
const tool = "pulumi-uko"

type files = map[string][]byte

func main() {
	if len(os.Args) != 3 {
		fail("Usage: sdk-generator SCHEMA OUTDIR\nWrites OUTDIR/nodejs, OUTDIR/python and OUTDIR/go from a Pulumi schema in JSON.")
	}
	if err := generate(os.Args[1], os.Args[2]); err != nil {
		fail(err.Error())
	}
}

func generate(schemaFile, outDir string) error {
	// No schema of ours refers to another package's, so the loader that would look for those has nothing to load from.
	loader := schema.NewCachedLoaderWithEntries(nil, map[string]schema.PackageReference{})
	generators := map[string]func(pkg *schema.Package) (files, error){
		"nodejs": func(pkg *schema.Package) (files, error) {
			return nodejs.GeneratePackage(tool, pkg, nil, nil, false, loader)
		},
		"python": func(pkg *schema.Package) (files, error) { return python.GeneratePackage(tool, pkg, nil, loader) },
		"go":     func(pkg *schema.Package) (files, error) { return golang.GeneratePackage(tool, pkg, nil) },
	}
	sdks := map[string]files{}
	for language, generateSdk := range generators {
		// Files of an older generation must not stay among the new ones.
		if folder := filepath.Join(outDir, language); exists(folder) {
			return fmt.Errorf("%s is there already; remove it first", folder)
		}
		// A generator replaces the settings of the package that it was given by its own reading of them, so each gets a new one.
		pkg, err := bind(schemaFile, loader)
		if err != nil {
			return err
		}
		if sdks[language], err = generateSdk(pkg); err != nil {
			return fmt.Errorf("The %s SDK could not be generated: %w", language, err)
		}
	}
	// Nothing is written before all of it is there.
	for language, sdk := range sdks {
		if err := write(filepath.Join(outDir, language), sdk); err != nil {
			return fmt.Errorf("The %s SDK could not be written: %w", language, err)
		}
	}
	return nil
}

// Reads a schema and checks it against Pulumi's meta-schema and for references that lead nowhere.
func bind(schemaFile string, loader schema.Loader) (*schema.Package, error) {
	text, err := os.ReadFile(schemaFile)
	if err != nil {
		return nil, fmt.Errorf("The schema could not be read: %w", err)
	}
	var spec schema.PackageSpec
	decoder := json.NewDecoder(bytes.NewReader(text))
	// A misspelt property would otherwise be left out without a word.
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&spec); err != nil {
		return nil, fmt.Errorf("%s is no Pulumi schema: %w", schemaFile, err)
	}
	pkg, diagnostics, err := schema.BindSpec(spec, loader, schema.ValidationOptions{})
	if err != nil {
		return nil, fmt.Errorf("%s could not be understood: %w", schemaFile, err)
	}
	// Warnings too: what the generators would only guess at must not reach an SDK.
	if len(diagnostics) > 0 {
		message := fmt.Sprintf("%s is faulty, so no SDK was generated:", schemaFile)
		for _, diagnostic := range diagnostics {
			message += fmt.Sprintf("\n  %s", strings.TrimSpace(diagnostic.Summary+" "+diagnostic.Detail))
		}
		return nil, fmt.Errorf("%s", message)
	}
	return pkg, nil
}

func write(folder string, generated files) error {
	for name, content := range generated {
		file := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

func fail(message string) {
	fmt.Fprintln(os.Stderr, message)
	os.Exit(1)
}
