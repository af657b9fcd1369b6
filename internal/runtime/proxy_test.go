package runtime_test

import (
	"context"
	"encoding/json"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
)

// weather is a proxy between a controller and the API server that fails a share of the requests and cuts watches.
type weather struct {
	chaos    chaos
	share    float64
	requests atomic.Uint64
	tally    *tally
	forward  http.Handler
}

// fault is what happens to a request.
type fault int

const (
	conflict fault = iota
	tooMany
	internal
	gatewayTimeout
	// reset breaks the connection before the request arrives.
	reset
	// lost breaks it after the request has been carried out, so that the client does not know.
	lost
	// torn breaks it in the middle of the answer.
	torn
	// slow is an answer that takes too long: the request has been carried out, and a timeout is reported.
	slow
	faults
)

// under returns the cluster as it is reached through bad weather, over HTTP/2 or not.
func (k *cluster) under(c chaos, y *tally, share float64, http2 bool) *cluster {
	k.t.Helper()
	return k.through(http2, func(forward http.Handler) http.Handler {
		return &weather{chaos: c, share: share, tally: y, forward: forward}
	})
}

// through returns the cluster as it is reached through a proxy, over HTTP/2 or not.
func (k *cluster) through(http2 bool, wrap func(http.Handler) http.Handler) *cluster {
	k.t.Helper()
	transport, err := rest.TransportFor(k.cfg)
	if err != nil {
		k.t.Fatal(err)
	}
	target, err := url.Parse(k.cfg.Host)
	if err != nil {
		k.t.Fatal(err)
	}
	forward := &httputil.ReverseProxy{
		Transport: transport, FlushInterval: -1, ErrorLog: log.New(io.Discard, "", 0),
		Rewrite:      func(r *httputil.ProxyRequest) { r.SetURL(target) },
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}
	server := httptest.NewUnstartedServer(wrap(forward))
	server.EnableHTTP2 = http2
	server.Config.ErrorLog = forward.ErrorLog
	server.StartTLS()
	k.t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	out := *k
	out.cfg = &rest.Config{Host: server.URL, QPS: -1, TLSClientConfig: rest.TLSClientConfig{Insecure: true}}
	if !http2 {
		out.cfg.NextProtos = []string{"http/1.1"}
	}
	return &out
}

func (p *weather) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	chance := p.chaos.random(1, p.requests.Add(1))
	watch := r.URL.Query().Get("watch") != "" && r.URL.Query().Get("watch") != "false"
	if chance.Float64() < p.share {
		p.tally.faults.Add(1)
		p.fail(w, r, fault(chance.IntN(int(faults))), chance)
		return
	}
	if watch {
		p.tally.faults.Add(1)
		ctx, cancel := context.WithTimeout(r.Context(), time.Second+time.Duration(chance.IntN(3000))*time.Millisecond)
		defer cancel()
		r = r.WithContext(ctx)
		if r.ProtoMajor == 2 {
			// It ends; after streams that break, client-go waits longer and longer before it lists again, up to a minute.
			defer func() { _ = recover() }()
		}
	}
	p.forward.ServeHTTP(w, r)
}

func (p *weather) fail(w http.ResponseWriter, r *http.Request, f fault, chance *rand.Rand) {
	switch f {
	case conflict:
		refuse(w, http.StatusConflict, metav1.StatusReasonConflict)
	case tooMany:
		refuse(w, http.StatusTooManyRequests, metav1.StatusReasonTooManyRequests)
	case internal:
		refuse(w, http.StatusInternalServerError, metav1.StatusReasonInternalError)
	case gatewayTimeout:
		refuse(w, http.StatusGatewayTimeout, metav1.StatusReasonTimeout)
	case reset:
		hangUp(w)
	case lost, torn, slow:
		answer := httptest.NewRecorder()
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second) // a watch ends here
		defer cancel()
		func() {
			defer func() { _ = recover() }() // the API server has hung up, or the watch has ended
			p.forward.ServeHTTP(answer, r.WithContext(ctx))
		}()
		switch f {
		case torn:
			tear(w, answer, chance)
		case slow:
			time.Sleep(time.Duration(chance.IntN(1000)) * time.Millisecond)
			refuse(w, http.StatusGatewayTimeout, metav1.StatusReasonTimeout)
		default:
			hangUp(w)
		}
	case faults:
	}
}

// refuse answers as an API server does.
func refuse(w http.ResponseWriter, code int, reason metav1.StatusReason) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(metav1.Status{ // the client may have gone
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Status"}, Status: metav1.StatusFailure,
		Code: int32(code), Reason: reason, Message: "bad weather: " + strings.ToLower(http.StatusText(code)),
	})
}

// tear sends a part of an answer and hangs up.
func tear(w http.ResponseWriter, answer *httptest.ResponseRecorder, chance *rand.Rand) {
	for key, values := range answer.Header() {
		w.Header()[key] = values
	}
	w.WriteHeader(answer.Code)
	body := answer.Body.Bytes()
	_, _ = w.Write(body[:chance.IntN(len(body)+1)/2]) // it is torn anyhow
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// hangUp resets the connection; over HTTP/2, the stream.
func hangUp(w http.ResponseWriter) {
	if h, ok := w.(http.Hijacker); ok {
		if conn, _, err := h.Hijack(); err == nil {
			if tcp, ok := conn.(interface{ NetConn() net.Conn }); ok {
				if c, ok := tcp.NetConn().(*net.TCPConn); ok {
					_ = c.SetLinger(0) // a reset instead of an end
				}
			}
			_ = conn.Close()
			return
		}
	}
	panic(http.ErrAbortHandler)
}
