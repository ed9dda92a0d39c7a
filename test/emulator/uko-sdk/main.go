// The life of a vault, an internal and an AWS keystore, templates and keys, with a released version of IBM's own Go SDK
// against an emulator: UKO_ENDPOINT is its address, UKO_API_KEY the caller's key. Prints one line per step; fails at the first surprise.
package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"reflect"

	"github.com/IBM/go-sdk-core/v5/core"
	uko "github.com/IBM/ibm-hpcs-uko-sdk/ukov4"
)

var endpoint = os.Getenv("UKO_ENDPOINT")

// The vault of this run, which the older versions send with each call.
var vaultID string

// Calls that only newer versions have; a file with a build tag sets it.
var walkNewer = func(keyTemplate string, group string) {}

// Requested again after an advance of the clock: a token lives one hour of emulated time.
var service = newClient()

func must[Result any](step string) func(Result, *core.DetailedResponse, error) (Result, string) {
	return func(result Result, response *core.DetailedResponse, err error) (Result, string) {
		check(step, response, err)
		return result, response.Headers.Get("ETag")
	}
}

func check(step string, response *core.DetailedResponse, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n%v\n", step, err, response)
		os.Exit(1)
	}
	fmt.Printf("%s %d\n", step, response.StatusCode)
}

func advance(duration string) {
	body := bytes.NewBufferString(fmt.Sprintf(`{"advance":%q}`, duration))
	response, err := http.Post(endpoint+"/_emulator/clock", "application/json", body)
	if err != nil || response.StatusCode != http.StatusOK {
		fmt.Fprintln(os.Stderr, "the clock was not advanced", err)
		os.Exit(1)
	}
	response.Body.Close()
	service = newClient()
}

func newClient() *uko.UkoV4 {
	client, err := uko.NewUkoV4(&uko.UkoV4Options{
		URL:           endpoint,
		Authenticator: &core.IamAuthenticator{ApiKey: os.Getenv("UKO_API_KEY"), URL: endpoint},
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	client.SetEnableGzipCompression(true)
	return client
}

// Fills the members that all versions name alike, and UKO-Vault in the versions that have it.
func with[Options any](options *Options, id string, etag string) *Options {
	members := reflect.ValueOf(options).Elem()
	for name, value := range map[string]string{"ID": id, "IfMatch": etag, "UKOVault": vaultID} {
		if member := members.FieldByName(name); member.IsValid() {
			member.Set(reflect.ValueOf(core.StringPtr(value)))
		}
	}
	return options
}

func main() {
	vault, _ := must[*uko.Vault]("create vault")(service.CreateVault(service.NewCreateVaultOptions("walked")))
	vaultID = *vault.ID
	_, etag := must[*uko.Vault]("get vault")(service.GetVault(service.NewGetVaultOptions(vaultID)))
	change := service.NewUpdateVaultOptions(vaultID, etag)
	change.SetDescription("walked through")
	must[*uko.Vault]("update vault")(service.UpdateVault(change))
	must[*uko.VaultList]("list vaults")(service.ListVaults(service.NewListVaultsOptions()))

	internal := createKeystore("ibm_cloud_kms", &uko.KeystoreCreationRequest{
		Type: core.StringPtr("ibm_cloud_kms"), IbmVariant: core.StringPtr("internal"), Vault: inVault(),
		Name: core.StringPtr("walked-ring"), Groups: []string{"ring"},
	})
	aws := createKeystore("aws_kms", &uko.KeystoreCreationRequest{
		Type: core.StringPtr("aws_kms"), Vault: inVault(), Name: core.StringPtr("walked-aws"), Groups: []string{"cloud"},
		AwsRegion: core.StringPtr("eu_central_1"), AwsAccessKeyID: core.StringPtr("AKIAEXAMPLE"),
		AwsSecretAccessKey: core.StringPtr("example"),
	})
	walkKey("ibm_cloud_kms", "ring", internal)
	walkKey("aws_kms", "cloud", aws)

	// KMS keeps what it knows of a destroyed key for up to 90 days, and a ring is not empty until then.
	advance("90d")
	for _, keystore := range []string{internal, aws} {
		_, etag = must[uko.KeystoreIntf]("get keystore")(service.GetKeystore(with(&uko.GetKeystoreOptions{}, keystore, "")))
		response, err := service.DeleteKeystore(with(&uko.DeleteKeystoreOptions{}, keystore, etag))
		check("delete keystore", response, err)
	}
	_, etag = must[*uko.Vault]("get vault")(service.GetVault(service.NewGetVaultOptions(vaultID)))
	response, err := service.DeleteVault(service.NewDeleteVaultOptions(vaultID, etag))
	check("delete vault", response, err)
}

func inVault() *uko.VaultReferenceInCreationRequest {
	return &uko.VaultReferenceInCreationRequest{ID: core.StringPtr(vaultID)}
}

func createKeystore(kind string, body uko.KeystoreCreationRequestIntf) string {
	created, _ := must[uko.KeystoreIntf]("create keystore " + kind)(
		service.CreateKeystore(with(&uko.CreateKeystoreOptions{KeystoreBody: body}, "", "")))
	id := *created.(*uko.Keystore).ID
	must[*uko.KeystoreStatus]("keystore status")(service.GetKeystoreStatus(with(&uko.GetKeystoreStatusOptions{}, id, "")))
	_, etag := must[uko.KeystoreIntf]("get keystore")(service.GetKeystore(with(&uko.GetKeystoreOptions{}, id, "")))
	change := &uko.KeystoreUpdateRequest{Description: core.StringPtr("walked through")}
	must[uko.KeystoreIntf]("update keystore")(
		service.UpdateKeystore(with(&uko.UpdateKeystoreOptions{KeystoreBody: change}, id, etag)))
	must[*uko.KeystoreList]("list keystores")(service.ListKeystores(service.NewListKeystoresOptions()))
	return id
}

func createKey(template string, label string) string {
	key, _ := must[*uko.ManagedKey]("create key")(service.CreateManagedKey(with(&uko.CreateManagedKeyOptions{
		TemplateName: core.StringPtr(template), Vault: inVault(), Label: core.StringPtr(label),
	}, "", "")))
	return *key.ID
}

// The ETag of a key as it is now.
func current(key string) string {
	_, etag := must[*uko.ManagedKey]("get key")(service.GetManagedKey(with(&uko.GetManagedKeyOptions{}, key, "")))
	return etag
}

func walkKey(kind string, group string, keystore string) {
	properties := &uko.KeyProperties{
		Size: core.StringPtr("256"), Algorithm: core.StringPtr("aes"), State: core.StringPtr("pre_activation"),
		ActivationDate: core.StringPtr("P0D"), ExpirationDate: core.StringPtr("P2Y"),
	}
	place := &uko.KeystoresPropertiesCreate{Group: core.StringPtr(group), Type: core.StringPtr(kind)}
	template, _ := must[*uko.Template]("create template")(service.CreateKeyTemplate(with(&uko.CreateKeyTemplateOptions{
		Vault: inVault(), Name: core.StringPtr(group), Key: properties,
		Keystores: []uko.KeystoresPropertiesCreateIntf{place},
	}, "", "")))
	_, etag := must[*uko.Template]("get template")(
		service.GetKeyTemplate(with(&uko.GetKeyTemplateOptions{}, *template.ID, "")))
	change := with(&uko.UpdateKeyTemplateOptions{}, *template.ID, etag)
	change.SetDescription("walked through")
	must[*uko.Template]("update template")(service.UpdateKeyTemplate(change))
	must[*uko.TemplateList]("list templates")(service.ListKeyTemplates(service.NewListKeyTemplatesOptions()))

	id := createKey(group, "walked "+group)
	update := with(&uko.UpdateManagedKeyOptions{}, id, current(id))
	update.SetDescription("walked through")
	must[*uko.ManagedKey]("update key")(service.UpdateManagedKey(update))
	stepped := must[*uko.ManagedKey]
	key, _ := stepped("activate key")(service.ActivateManagedKey(with(&uko.ActivateManagedKeyOptions{}, id, current(id))))
	fmt.Println("state", *key.State)
	survey(id, keystore)
	walkNewer(*template.ID, group)
	endKey(id)
	_, etag = must[*uko.Template]("get template")(
		service.GetKeyTemplate(with(&uko.GetKeyTemplateOptions{}, *template.ID, "")))
	response, err := service.DeleteKeyTemplate(with(&uko.DeleteKeyTemplateOptions{}, *template.ID, etag))
	check("delete template", response, err)
}

// Every list in which a key appears, by default, filtered, sorted and by pages, and the calls that change nothing of it.
func survey(key string, keystore string) {
	must[*uko.ManagedKeyList]("list keys")(service.ListManagedKeys(service.NewListManagedKeysOptions()))
	chosen := service.NewListManagedKeysOptions()
	chosen.SetVaultID([]string{vaultID})
	chosen.SetAlgorithm([]string{"aes"})
	chosen.SetState([]string{"active", "deactivated"})
	chosen.SetSort([]string{"-updated_at", "label"})
	found, _ := must[*uko.ManagedKeyList]("list chosen keys")(service.ListManagedKeys(chosen))
	fmt.Println("chosen keys", len(found.ManagedKeys))
	paged := service.NewListKeyTemplatesOptions()
	paged.SetLimit(2)
	pager, _ := service.NewKeyTemplatesPager(paged)
	all, err := pager.GetAll()
	fmt.Println("templates by pages", len(all), err)
	must[*uko.ManagedKeyList]("list keys of keystore")(
		service.ListManagedKeysFromKeystore(with(&uko.ListManagedKeysFromKeystoreOptions{}, keystore, "")))
	must[*uko.AssociatedResourceList]("list resources of key")(service.ListAssociatedResourcesForManagedKey(
		with(&uko.ListAssociatedResourcesForManagedKeyOptions{}, key, "")))
	must[*uko.StatusInKeystores]("sync key")(service.SyncManagedKey(with(&uko.SyncManagedKeyOptions{}, key, current(key))))
}

func endKey(id string) {
	stepped := must[*uko.ManagedKey]
	key, _ := stepped("deactivate key")(
		service.DeactivateManagedKey(with(&uko.DeactivateManagedKeyOptions{}, id, current(id))))
	fmt.Println("state", *key.State)
	advance("5h")
	key, _ = stepped("destroy key")(service.DestroyManagedKey(with(&uko.DestroyManagedKeyOptions{}, id, current(id))))
	fmt.Println("state", *key.State)
	advance("31d")
	must[*uko.StatusInKeystores]("key status")(service.GetKeyDistributionStatusForKeystores(
		with(&uko.GetKeyDistributionStatusForKeystoresOptions{}, id, "")))
	response, err := service.DeleteManagedKey(with(&uko.DeleteManagedKeyOptions{}, id, current(id)))
	check("delete key", response, err)
}
