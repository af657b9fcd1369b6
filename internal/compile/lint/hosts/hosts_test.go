package hosts

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestIn(t *testing.T) {
	tests := map[string]struct {
		text string
		want []Host
	}{
		"pods of a connection string": {"zk-0.zk-hs:2181,zk-12.zk-hs:2181/kafka", []Host{
			{Text: "zk-0.zk-hs", Set: "zk", Ordinal: 0, Service: "zk-hs", Address: true},
			{Text: "zk-12.zk-hs", Set: "zk", Ordinal: 12, Service: "zk-hs", Address: true},
		}},
		"a pod in a namespace":            {"server.1=zk-0.zk-hs.prod.svc:2888", []Host{{Text: "zk-0.zk-hs", Set: "zk", Service: "zk-hs", Address: true}}},
		"what may be the name of a file":  {"cat log4j-1.properties", []Host{{Text: "log4j-1.properties", Set: "log4j", Ordinal: 1, Service: "properties"}}},
		"a host of a cloud is no pod":     {"https://s3.us-east-1.amazonaws.com:443", []Host{{Text: "us-east-1.amazonaws", Set: "us-east", Ordinal: 1, Service: "amazonaws"}}},
		"versions and services are none":  {"kafka-2.11-2.4.0 zk-cs.prod.svc:2181", nil},
		"the name of an instance of none": {"my-instance-.my-instance-hs:2181", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, In(tt.text)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
