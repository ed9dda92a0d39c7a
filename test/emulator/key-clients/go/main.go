// The life of a KMS key with IBM's own Go client of KMS, against an emulator: UKO_ENDPOINT is its address, UKO_API_KEY
// the caller's key, UKO_INSTANCE_ID the instance. Prints one line per step; fails at the first surprise.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"

	kp "github.com/IBM/keyprotect-go-client"
)

var (
	endpoint = os.Getenv("UKO_ENDPOINT")
	here     = context.Background()
)

func must[Result any](result Result, err error) Result {
	ok(err)
	return result
}

func ok(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func step(name string, result any) {
	fmt.Printf("%s %v\n", name, result)
}

func advance(duration string) {
	body := bytes.NewBufferString(fmt.Sprintf(`{"advance":%q}`, duration))
	response := must(http.Post(endpoint+"/_emulator/clock", "application/json", body))
	response.Body.Close()
}

// The status of a call that the service refuses.
func refused[Result any](_ Result, err error) int {
	var response *kp.Error
	if !errors.As(err, &response) {
		ok(fmt.Errorf("the call was not refused: %v", err))
	}
	return response.StatusCode
}

func names(keys *kp.Keys, err error) []string {
	ok(err)
	found := []string{}
	for _, key := range keys.Keys {
		found = append(found, key.Name)
	}
	return found
}

func main() {
	client := must(kp.New(kp.ClientConfig{
		BaseURL: endpoint, TokenURL: endpoint + "/oidc/token",
		APIKey: os.Getenv("UKO_API_KEY"), InstanceID: os.Getenv("UKO_INSTANCE_ID"),
	}, nil))

	step("keys", names(client.GetKeys(here, 0, 0)))
	ok(client.CreateKeyRing(here, "clients"))
	for _, ring := range must(client.GetKeyRings(here)).KeyRings {
		step("listed ring", ring.ID)
	}
	ok(client.SetAllowedIPInstancePolicy(here, true, []string{"127.0.0.0/8"}))
	step("allowed port", must(client.GetAllowedIPPrivateNetworkPort(here)) > 0)
	ok(client.SetAllowedIPInstancePolicy(here, false, nil))
	months := 3
	ok(client.SetRotationInstancePolicy(here, true, &months))
	for _, policy := range must(client.GetInstancePolicies(here)) {
		step("instance policy", policy.PolicyType)
	}

	wages := must(client.CreateKeyWithOptions(here, "wages", false,
		kp.WithAliases([]string{"pay"}), kp.WithTags([]string{"hr"}), kp.WithDescription("of the month")))
	step("create", []any{wages.Name, wages.Tags, wages.KeyRingID})
	advance("1s")
	bonus := must(client.CreateKeyWithPolicyOverridesWithOptions(here, "bonus", false, kp.Policy{}))
	step("overridden policies", len(must(client.GetPolicies(here, bonus.ID))))
	step("inherited policy", must(client.GetRotationPolicy(here, "pay")).Rotation.Interval)
	step("get by alias", must(client.GetKey(here, "pay")).ID == wages.ID)
	step("metadata", must(client.GetKeyMetadata(here, "pay")).State)

	step("list", len(names(client.ListKeys(here, nil))))
	sort := kp.GetKeySortStr(kp.WithExtractable(), kp.WithCreationDateDesc())
	step("sort", names(client.ListKeys(here, &kp.ListKeysOptions{Sort: sort})))
	filter := kp.GetFilterQueryBuilder().State([]kp.KeyState{kp.Active}).Extractable(false).LastRotationDate().None().Build()
	step("filter", len(names(client.ListKeys(here, &kp.ListKeysOptions{Filter: &filter}))))
	wag := "wag"
	search := must(kp.GetKeySearchQuery(&wag, kp.AddKeyNameScope()))
	step("search", names(client.ListKeys(here, &kp.ListKeysOptions{Search: search})))
	one := uint32(1)
	step("page", len(names(client.ListKeys(here, &kp.ListKeysOptions{Limit: &one, Offset: &one}))))

	aad := []string{"stack"}
	wrapped := must(client.Wrap(here, "pay", []byte("YSBkYXRhIGtleQ=="), &aad))
	ok(client.Rotate(here, "pay", ""))
	plaintext, rewrapped, err := client.UnwrapV2(here, "pay", wrapped, &aad)
	ok(err)
	step("unwrap", []any{string(plaintext), len(rewrapped) > 0})
	step("versions", len(must(client.ListKeyVersions(here, "pay", nil)).KeyVersion))

	step("rotation", must(client.SetRotationPolicy(here, "pay", 6)).Rotation.Interval)
	step("dual auth", *must(client.SetDualAuthDeletePolicy(here, bonus.ID, true)).DualAuth.Enabled)
	ok(client.InitiateDualAuthDelete(here, bonus.ID))
	step("alone", refused(client.DeleteKey(here, bonus.ID, kp.ReturnMinimal)))
	ok(client.CancelDualAuthDelete(here, bonus.ID))
	step("move", must(client.SetKeyRing(here, "pay", "clients")).KeyRingID)
	step("alias", must(client.CreateKeyAlias(here, "salary", "pay")).Alias)
	ok(client.DeleteKeyAlias(here, "salary", "salary"))
	ok(client.DisableKey(here, wages.ID))
	advance("31s")
	ok(client.EnableKey(here, wages.ID))
	advance("1h")
	ok(client.SyncAssociatedResources(here, wages.ID))
	step("registrations", len(must(client.ListRegistrations(here, wages.ID, "")).Registrations))
	step("all registrations", len(must(client.ListRegistrations(here, "", "")).Registrations))
	step("import token", must(client.CreateImportToken(here, 600, 1)).RemainingRetrievals)
	step("import token", must(client.GetImportTokenTransportKey(here)).Payload != "")

	must(client.DeleteKey(here, wages.ID, kp.ReturnMinimal))
	advance("31s")
	step("restore", must(client.RestoreKey(here, wages.ID)).State)
	step("delete", must(client.DeleteKey(here, wages.ID, kp.ReturnRepresentation, kp.ForceOpt{Force: true})).State)
	advance("4h")
	must(client.PurgeKey(here, wages.ID, kp.ReturnMinimal))
	step("gone", refused(client.GetKeyMetadata(here, wages.ID)))
	ok(client.DeleteKeyRing(here, "clients", kp.WithForce(true)))
}
