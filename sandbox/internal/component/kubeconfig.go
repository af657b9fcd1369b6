package component

import (
	"encoding/base64"
	"fmt"

	"github.com/kudoc/kudoc/sandbox/internal/pki"
)

// kubeconfig renders a self-contained configuration: it may be copied out of
// the folder, and it verifies the server.
func kubeconfig(server, user string, ca []byte, client pki.Pair) []byte {
	b64 := base64.StdEncoding.EncodeToString
	return fmt.Appendf(nil, `apiVersion: v1
kind: Config
clusters:
- name: kudoc-sandbox
  cluster:
    server: %s
    certificate-authority-data: %s
users:
- name: %s
  user:
    client-certificate-data: %s
    client-key-data: %s
contexts:
- name: kudoc-sandbox
  context:
    cluster: kudoc-sandbox
    user: %s
current-context: kudoc-sandbox
`, server, b64(ca), user, b64(client.Cert), b64(client.Key), user)
}
