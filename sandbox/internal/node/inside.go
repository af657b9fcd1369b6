package node

import (
	"flag"
	"fmt"
	"strconv"
	"strings"
)

// Dir is the folder of the node's data in a sandbox's folder.
const Dir = "node"

// Inside is what Init gets told. All folders are absolute.
type Inside struct {
	Dir     string // the sandbox's folder
	Store   string // containerd's, outside of the sandbox's folder
	Program string // this program
	Ready   string // file to write when the node can be used
	Ports   []int  // of 127.0.0.1, whose listeners are inherited from FirstListener on
}

// FirstListener is the file descriptor of the first forwarded port's listener.
const FirstListener = 5

// Args are the command line from which Init reads the same again.
func (in Inside) Args() []string {
	ports := make([]string, len(in.Ports))
	for i, p := range in.Ports {
		ports[i] = strconv.Itoa(p)
	}
	return []string{"--dir=" + in.Dir, "--store=" + in.Store, "--program=" + in.Program, "--ready=" + in.Ready, "--ports=" + strings.Join(ports, ",")}
}

func parseInside(args []string) (Inside, error) {
	var in Inside
	var ports string
	flags := flag.NewFlagSet("node-init", flag.ContinueOnError)
	flags.StringVar(&in.Dir, "dir", "", "")
	flags.StringVar(&in.Store, "store", "", "")
	flags.StringVar(&in.Program, "program", "", "")
	flags.StringVar(&in.Ready, "ready", "", "")
	flags.StringVar(&ports, "ports", "", "")
	if err := flags.Parse(args); err != nil {
		return in, err
	}
	for field := range strings.SplitSeq(ports, ",") {
		port, err := strconv.Atoi(field)
		if err != nil {
			return in, fmt.Errorf("port %q: %w", field, err)
		}
		in.Ports = append(in.Ports, port)
	}
	return in, nil
}
