// Probe is the program in the image that the tests run on a real node: a server,
// and small clients to run beside it with kubectl exec.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, time.Hour)
	defer cancel()
	if len(args) == 1 && args[0] == "serve" {
		return serve(ctx)
	}
	if len(args) < 2 {
		return errors.New("usage: probe serve | get URL | host NAME | address IP | port NAME | write FILE TEXT | read FILE")
	}
	var answer string
	var err error
	switch args[0] {
	case "get":
		answer, err = get(args[1])
	case "host":
		var found []string
		found, err = net.DefaultResolver.LookupHost(ctx, args[1])
		answer = strings.Join(found, " ")
	case "address":
		var found []string
		found, err = net.DefaultResolver.LookupAddr(ctx, args[1])
		answer = strings.Join(found, " ")
	case "port":
		var found []*net.SRV
		_, found, err = net.DefaultResolver.LookupSRV(ctx, "", "", args[1])
		for _, s := range found {
			answer += fmt.Sprintf("%s:%d ", s.Target, s.Port)
		}
	case "write":
		err = os.WriteFile(args[1], []byte(args[2]), 0o600)
	case "read":
		var raw []byte
		raw, err = os.ReadFile(args[1])
		answer = string(raw)
	default:
		err = fmt.Errorf("unknown verb %s", args[0])
	}
	if err == nil {
		fmt.Println(strings.TrimSpace(answer))
	}
	return err
}

func serve(ctx context.Context) error {
	host, err := os.Hostname()
	if err != nil {
		return err
	}
	server := &http.Server{Addr: ":8080", ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, "hello from %s\n", host)
	})}
	fmt.Println("serving")
	go func() { <-ctx.Done(); _ = server.Close() }()
	return server.ListenAndServe()
}

func get(url string) (string, error) {
	client := http.Client{Timeout: 3 * time.Second}
	resp, err := client.Get(url)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	return string(raw), err
}
