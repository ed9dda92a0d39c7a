//go:build api_4_12

package main

import (
	"fmt"

	uko "github.com/IBM/ibm-hpcs-uko-sdk/ukov4"
)

// Calls that API 4.12 added: rotation, the versions of a key, and archived templates.
func init() {
	walkNewer = func(keyTemplate string, group string) {
		id := createKey(group, "rotated "+group)
		activated := with(&uko.ActivateManagedKeyOptions{}, id, current(id))
		must[*uko.ManagedKey]("activate key")(service.ActivateManagedKey(activated))
		must[*uko.ManagedKey]("rotate key")(
			service.RotateManagedKey(with(&uko.RotateManagedKeyOptions{}, id, current(id))))
		versions, _ := must[*uko.ManagedKeyList]("list versions")(
			service.ListManagedKeyVersions(with(&uko.ListManagedKeyVersionsOptions{}, id, "")))
		fmt.Println("versions", len(versions.ManagedKeys))
		endKey(id)

		etag := func() string {
			_, etag := must[*uko.Template]("get template")(
				service.GetKeyTemplate(with(&uko.GetKeyTemplateOptions{}, keyTemplate, "")))
			return etag
		}
		must[*uko.Template]("archive template")(
			service.ArchiveKeyTemplate(with(&uko.ArchiveKeyTemplateOptions{}, keyTemplate, etag())))
		must[*uko.Template]("unarchive template")(
			service.UnarchiveKeyTemplate(with(&uko.UnarchiveKeyTemplateOptions{}, keyTemplate, etag())))
	}
}
