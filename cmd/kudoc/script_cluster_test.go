package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// created makes an Instance of the cache with the parameters of a JSON file, and named after it, as kubectl create would.
func created(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: created FILE")
	}
	ts.Check(createInstance(ts, args[0], ""))
}

// refused expects that the API server refuses to, with a reason. A policy takes a moment to come into force.
func refused(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: refused FILE REASON")
	}
	var err error
	for range 300 {
		if err = createInstance(ts, args[0], "?dryRun=All"); err != nil {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if err == nil || !regexp.MustCompile(args[1]).MatchString(err.Error()) {
		ts.Fatalf("%s: got %v, want %s", args[0], err, args[1])
	}
	ts.Logf("%v", err)
}

// as makes the rest of a script run as a user who may read and write everything, but impersonate nobody.
func as(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: as USER")
	}
	cfg, err := clientcmd.BuildConfigFromFlags("", ts.Getenv("KUBECONFIG"))
	ts.Check(err)
	c, err := client.New(cfg, client.Options{})
	ts.Check(err)
	role := &rbacv1.ClusterRole{Rules: []rbacv1.PolicyRule{{APIGroups: []string{"*"}, Resources: []string{"*"}, Verbs: []string{"get", "list", "create", "patch", "delete"}}}}
	role.Name = args[0] + "-" + ts.Getenv("NS")
	binding := &rbacv1.ClusterRoleBinding{
		RoleRef:  rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role.Name},
		Subjects: []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: args[0]}},
	}
	binding.Name = role.Name
	ts.Check(errors.Join(c.Create(context.Background(), role), c.Create(context.Background(), binding)))
	kubeconfig, err := clientcmd.LoadFromFile(ts.Getenv("KUBECONFIG"))
	ts.Check(err)
	for _, user := range kubeconfig.AuthInfos {
		user.Impersonate = args[0]
	}
	path := ts.MkAbs("kubeconfig-" + args[0])
	ts.Check(clientcmd.WriteToFile(*kubeconfig, path))
	ts.Setenv("KUBECONFIG", path)
}

// editor writes a kubeconfig of a person with Kubernetes' role edit in the namespace, and nothing else.
func editor(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: editor FILE")
	}
	cfg, err := clientcmd.LoadFromFile(ts.Getenv("KUBECONFIG"))
	ts.Check(err)
	admin, err := clientcmd.NewDefaultClientConfig(*cfg, nil).ClientConfig()
	ts.Check(err)
	c, err := client.New(admin, client.Options{})
	ts.Check(err)
	role := &rbacv1.RoleBinding{
		RoleRef:  rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "edit"},
		Subjects: []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: "editor"}},
	}
	role.Namespace, role.Name = ts.Getenv("NS"), "editor"
	ts.Check(c.Create(context.Background(), role))
	for _, user := range cfg.AuthInfos {
		user.Impersonate = "editor"
		user.ImpersonateGroups = []string{"system:authenticated"}
	}
	ts.Check(clientcmd.WriteToFile(*cfg, ts.MkAbs(args[0])))
}

// createInstance makes an Instance of which the file is the spec. It posts the very text: to an API server, 1.0 is not 1, and a client would write it anew.
func createInstance(ts *testscript.TestScript, file, query string) error {
	cfg, err := clientcmd.BuildConfigFromFlags("", ts.Getenv("KUBECONFIG"))
	if err != nil {
		return err
	}
	c, err := rest.HTTPClientFor(cfg)
	if err != nil {
		return err
	}
	name, _, _ := strings.Cut(file, ".")
	body := fmt.Sprintf(`{"apiVersion": "kudoc.dev/v1alpha1", "kind": "Instance", "metadata": {"name": %q}, "spec": %s}`, name, ts.ReadFile(file))
	url := strings.TrimSuffix(cfg.Host, "/") + "/apis/kudoc.dev/v1alpha1/namespaces/" + ts.Getenv("NS") + "/instances" + query
	resp, err := c.Post(url, "application/json", strings.NewReader(body))
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	var answer metav1.Status
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || resp.StatusCode == http.StatusCreated {
		return err
	}
	return errors.New(answer.Message)
}
