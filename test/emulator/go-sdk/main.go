// Walks a vault, an internal and an AWS keystore, templates and keys through their lives with IBM's own Go SDK,
// against an emulator: UKO_ENDPOINT is its address, UKO_API_KEY the caller's key. Prints one line per step; fails at the first surprise.
package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"

	"github.com/IBM/go-sdk-core/v5/core"
	uko "github.com/IBM/ibm-hpcs-uko-sdk/ukov4"
)

var endpoint = os.Getenv("UKO_ENDPOINT")

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
	answer, err := http.Post(endpoint+"/_emulator/clock", "application/json", body)
	if err != nil || answer.StatusCode != http.StatusOK {
		fmt.Fprintln(os.Stderr, "the clock was not advanced", err)
		os.Exit(1)
	}
	answer.Body.Close()
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
	return client
}

func main() {
	vault, _ := must[*uko.Vault]("create vault")(service.CreateVault(service.NewCreateVaultOptions("walked")))
	id := *vault.ID
	inVault := &uko.VaultReferenceInCreationRequest{ID: vault.ID}
	_, etag := must[*uko.Vault]("get vault")(service.GetVault(service.NewGetVaultOptions(id)))
	change := service.NewUpdateVaultOptions(id, etag)
	change.SetDescription("walked through")
	must[*uko.Vault]("update vault")(service.UpdateVault(change))
	must[*uko.VaultList]("list vaults")(service.ListVaults(service.NewListVaultsOptions()))

	internal := createKeystore(id, "ibm_cloud_kms", &uko.KeystoreCreationRequest{
		Type: core.StringPtr("ibm_cloud_kms"), IbmVariant: core.StringPtr("internal"), Vault: inVault,
		Name: core.StringPtr("walked-ring"), Groups: []string{"ring"},
	})
	aws := createKeystore(id, "aws_kms", &uko.KeystoreCreationRequest{
		Type: core.StringPtr("aws_kms"), Vault: inVault, Name: core.StringPtr("walked-aws"), Groups: []string{"cloud"},
		AwsRegion: core.StringPtr("eu_central_1"), AwsAccessKeyID: core.StringPtr("AKIAEXAMPLE"),
		AwsSecretAccessKey: core.StringPtr("example"),
	})
	walkKey(id, inVault, "ibm_cloud_kms", "ring")
	walkKey(id, inVault, "aws_kms", "cloud")

	// KMS keeps what it knows of a destroyed key for up to 90 days, and a ring is not empty until then.
	advance("90d")
	for _, keystore := range []string{internal, aws} {
		_, etag = must[uko.KeystoreIntf]("get keystore")(service.GetKeystore(service.NewGetKeystoreOptions(keystore, id)))
		response, err := service.DeleteKeystore(service.NewDeleteKeystoreOptions(keystore, id, etag))
		check("delete keystore", response, err)
	}
	_, etag = must[*uko.Vault]("get vault")(service.GetVault(service.NewGetVaultOptions(id)))
	response, err := service.DeleteVault(service.NewDeleteVaultOptions(id, etag))
	check("delete vault", response, err)
}

func createKeystore(vault string, kind string, body uko.KeystoreCreationRequestIntf) string {
	created, _ := must[uko.KeystoreIntf]("create keystore " + kind)(
		service.CreateKeystore(service.NewCreateKeystoreOptions(vault, body)))
	id := *created.(*uko.Keystore).ID
	must[*uko.KeystoreStatus]("keystore status")(service.GetKeystoreStatus(service.NewGetKeystoreStatusOptions(id, vault)))
	_, etag := must[uko.KeystoreIntf]("get keystore")(service.GetKeystore(service.NewGetKeystoreOptions(id, vault)))
	change := &uko.KeystoreUpdateRequest{Description: core.StringPtr("walked through")}
	must[uko.KeystoreIntf]("update keystore")(
		service.UpdateKeystore(service.NewUpdateKeystoreOptions(id, vault, etag, change)))
	must[*uko.KeystoreList]("list keystores")(service.ListKeystores(service.NewListKeystoresOptions()))
	return id
}

func walkKey(vault string, inVault *uko.VaultReferenceInCreationRequest, kind string, group string) {
	properties := &uko.KeyProperties{
		Size: core.StringPtr("256"), Algorithm: core.StringPtr("aes"), State: core.StringPtr("pre_activation"),
		ActivationDate: core.StringPtr("P0D"), ExpirationDate: core.StringPtr("P2Y"),
	}
	place := &uko.KeystoresPropertiesCreate{Group: core.StringPtr(group), Type: core.StringPtr(kind)}
	template, _ := must[*uko.Template]("create template")(service.CreateKeyTemplate(service.NewCreateKeyTemplateOptions(
		vault, inVault, group, properties, []uko.KeystoresPropertiesCreateIntf{place})))
	_, etag := must[*uko.Template]("get template")(
		service.GetKeyTemplate(service.NewGetKeyTemplateOptions(*template.ID, vault)))
	change := service.NewUpdateKeyTemplateOptions(*template.ID, vault, etag)
	change.SetDescription("walked through")
	must[*uko.Template]("update template")(service.UpdateKeyTemplate(change))
	must[*uko.TemplateList]("list templates")(service.ListKeyTemplates(service.NewListKeyTemplatesOptions()))

	key, _ := must[*uko.ManagedKey]("create key")(
		service.CreateManagedKey(service.NewCreateManagedKeyOptions(vault, group, inVault, "walked "+group)))
	id := *key.ID
	current := func() string {
		_, etag := must[*uko.ManagedKey]("get key")(service.GetManagedKey(service.NewGetManagedKeyOptions(id, vault)))
		return etag
	}
	update := service.NewUpdateManagedKeyOptions(id, vault, current())
	update.SetDescription("walked through")
	must[*uko.ManagedKey]("update key")(service.UpdateManagedKey(update))
	must[*uko.ManagedKeyList]("list keys")(service.ListManagedKeys(service.NewListManagedKeysOptions()))
	stepped := must[*uko.ManagedKey]
	key, _ = stepped("activate key")(service.ActivateManagedKey(service.NewActivateManagedKeyOptions(id, vault, current())))
	fmt.Println("state", *key.State)
	key, _ = stepped("deactivate key")(service.DeactivateManagedKey(service.NewDeactivateManagedKeyOptions(id, vault, current())))
	fmt.Println("state", *key.State)
	advance("5h")
	key, _ = stepped("destroy key")(service.DestroyManagedKey(service.NewDestroyManagedKeyOptions(id, vault, current())))
	fmt.Println("state", *key.State)
	advance("31d")
	must[*uko.StatusInKeystores]("key status")(service.GetKeyDistributionStatusForKeystores(
		service.NewGetKeyDistributionStatusForKeystoresOptions(id, vault)))
	response, err := service.DeleteManagedKey(service.NewDeleteManagedKeyOptions(id, vault, current()))
	check("delete key", response, err)
	_, etag = must[*uko.Template]("get template")(
		service.GetKeyTemplate(service.NewGetKeyTemplateOptions(*template.ID, vault)))
	response, err = service.DeleteKeyTemplate(service.NewDeleteKeyTemplateOptions(*template.ID, vault, etag))
	check("delete template", response, err)
}
