package image

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
)

// files are what the images hold besides packages and jars.
//
//go:embed files pause/main.go
var files embed.FS

// Recipe says what an image is made of: layers from the bottom up, and how a
// container of it starts.
type Recipe struct {
	Name   string // what people call it
	Ref    string // the name under which pods find it
	Layers []Layer
	Config Config
}

// Config is the part of an image's configuration that recipes set.
type Config struct {
	Entrypoint   []string            `json:"Entrypoint,omitempty"`
	Cmd          []string            `json:"Cmd,omitempty"`
	Env          []string            `json:"Env,omitempty"`
	User         string              `json:"User,omitempty"`
	WorkingDir   string              `json:"WorkingDir,omitempty"`
	ExposedPorts map[string]struct{} `json:"ExposedPorts,omitempty"`
	Volumes      map[string]struct{} `json:"Volumes,omitempty"`
}

// Layer says how to make one layer. Exactly one of the fields is set; layers
// with the same content are made once.
type Layer struct {
	Debian  *Debian  `json:",omitempty"`
	Jars    *Jars    `json:",omitempty"`
	Files   []File   `json:",omitempty"`
	Program *Program `json:",omitempty"`
}

// Debian is a root file system of Debian packages.
type Debian struct {
	Suite    string
	Packages []string
	Accounts []Account // users that the packages do not make
}

// Account is a user with a group of the same name and number.
type Account struct {
	Name string
	ID   int
	Home string
}

// Jars are the artifacts that a Maven project depends on.
type Jars struct {
	Pom string // its text
	Dir string // where the image has them
}

// File is one entry of a layer: a file, a folder or a symbolic link.
type File struct {
	Path    string
	Mode    int64
	Owner   int    // user and group
	Content string // of a file
	Link    string // target of a symbolic link
	Dir     bool
}

// Program is a static program, from the machine or from a source here.
type Program struct {
	Path   string `json:",omitempty"` // of the program on this machine
	Digest string `json:",omitempty"` // of its content
	Source string `json:",omitempty"` // Go source of a program to build
	Target string // where the image has it
}

const systemPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// digest names what a layer or recipe would produce.
func digest(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		// Recipes are plain data.
		return fmt.Sprintf("unknown-%v", err)
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// Recipes are all images that can be built by name, in order.
func Recipes() []Recipe {
	return []Recipe{
		pause(),
		zookeeper(),
		kafka(),
		mariadb("10.11", "bookworm", "mariadb-server-core", "mariadb-client"),
		mariadb("11.8", "trixie", "mariadb-server-core", "mariadb-client", "mariadb-client-compat"),
	}
}

// Select finds recipes by name. A name such as mariadb stands for all versions;
// no name stands for everything.
func Select(names []string) ([]Recipe, error) {
	all := Recipes()
	if len(names) == 0 {
		return all, nil
	}
	var chosen []Recipe
	var unknown []string
	for _, name := range names {
		before := len(chosen)
		for _, r := range all {
			if r.Name == name || strings.HasPrefix(r.Name, name+"-") {
				chosen = append(chosen, r)
			}
		}
		if len(chosen) == before {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) > 0 {
		var known []string
		for _, r := range all {
			known = append(known, r.Name)
		}
		slices.Sort(unknown)
		return nil, fmt.Errorf("no recipe for %s: choose from %s", strings.Join(unknown, ", "), strings.Join(known, ", "))
	}
	return chosen, nil
}

func pause() Recipe {
	return Recipe{
		Name:   "pause",
		Ref:    "localhost/kudoc/pause:1",
		Layers: []Layer{{Program: &Program{Source: "pause/main.go", Target: "/pause", Digest: digest(text("pause/main.go"))}}},
		Config: Config{Entrypoint: []string{"/pause"}, User: "65535:65535"},
	}
}

// javaUser is who runs Java programs, under a name for each image.
const javaUser = 1000

// java is shared by the images that run Java programs: bash, a runtime without
// a display, and the small tools that their scripts use.
func java() Layer {
	return Layer{Debian: &Debian{
		Suite:    "bookworm",
		Packages: []string{"openjdk-17-jre-headless", "procps", "netcat-openbsd"},
		Accounts: []Account{{"appuser", javaUser, "/home/appuser"}, {"zookeeper", javaUser, "/data"}},
	}}
}

func zookeeper() Recipe {
	const home = "/apache-zookeeper-3.9.3-bin"
	const user = javaUser
	return Recipe{
		Name: "zookeeper",
		Ref:  "docker.io/library/zookeeper:3.9.3",
		Layers: []Layer{
			java(),
			{Jars: &Jars{Pom: text("files/zookeeper/pom.xml"), Dir: home + "/lib"}},
			{Files: []File{
				script("zookeeper", home+"/bin", "zkServer.sh"),
				script("zookeeper", home+"/bin", "zkCli.sh"),
				script("zookeeper", "", "docker-entrypoint.sh"),
				folder("/conf", user), folder("/data", user), folder("/datalog", user), folder("/logs", user),
				plain("zookeeper", "/conf", "logback.xml"),
			}},
		},
		Config: Config{
			Entrypoint: []string{"/docker-entrypoint.sh"},
			Cmd:        []string{"zkServer.sh", "start-foreground"},
			Env: []string{
				systemPath + ":" + home + "/bin",
				"ZOO_CONF_DIR=/conf", "ZOOCFGDIR=/conf", "ZOO_DATA_DIR=/data", "ZOO_DATA_LOG_DIR=/datalog", "ZOO_LOG_DIR=/logs",
			},
			WorkingDir:   home,
			ExposedPorts: set("2181/tcp", "2888/tcp", "3888/tcp", "8080/tcp"),
			Volumes:      set("/data", "/datalog", "/logs"),
		},
	}
}

// kafkaTools are the classes behind the scripts in Kafka's bin folder.
var kafkaTools = map[string]string{
	"kafka-acls":                   "kafka.admin.AclCommand",
	"kafka-broker-api-versions":    "kafka.admin.BrokerApiVersionsCommand",
	"kafka-cluster":                "org.apache.kafka.tools.ClusterTool",
	"kafka-configs":                "kafka.admin.ConfigCommand",
	"kafka-console-consumer":       "org.apache.kafka.tools.consumer.ConsoleConsumer",
	"kafka-console-producer":       "kafka.tools.ConsoleProducer",
	"kafka-consumer-groups":        "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
	"kafka-consumer-perf-test":     "org.apache.kafka.tools.ConsumerPerformance",
	"kafka-delete-records":         "org.apache.kafka.tools.DeleteRecordsCommand",
	"kafka-dump-log":               "kafka.tools.DumpLogSegments",
	"kafka-get-offsets":            "org.apache.kafka.tools.GetOffsetShell",
	"kafka-leader-election":        "org.apache.kafka.tools.LeaderElectionCommand",
	"kafka-log-dirs":               "org.apache.kafka.tools.LogDirsCommand",
	"kafka-metadata-quorum":        "org.apache.kafka.tools.MetadataQuorumCommand",
	"kafka-producer-perf-test":     "org.apache.kafka.tools.ProducerPerformance",
	"kafka-reassign-partitions":    "org.apache.kafka.tools.reassign.ReassignPartitionsCommand",
	"kafka-storage":                "kafka.tools.StorageTool",
	"kafka-topics":                 "org.apache.kafka.tools.TopicCommand",
	"zookeeper-shell":              "org.apache.zookeeper.ZooKeeperMainWithTlsSupportForKafka",
	"zookeeper-server-start":       "org.apache.zookeeper.server.quorum.QuorumPeerMain",
	"zookeeper-security-migration": "kafka.admin.ZkSecurityMigrator",
}

func kafka() Recipe {
	const home = "/opt/kafka"
	const user = javaUser
	entries := []File{
		script("kafka", home+"/bin", "kafka-run-class.sh"),
		script("kafka", home+"/bin", "kafka-server-start.sh"),
		folder(home+"/config", user), folder(home+"/logs", user),
		folder("/var/lib/kafka", user), folder("/var/lib/kafka/data", user),
		folder("/mnt/shared", user), folder("/mnt/shared/config", user),
		plain("kafka", home+"/config", "log4j.properties"),
		plain("kafka", home+"/config", "tools-log4j.properties"),
		plain("kafka", home+"/config", "server.properties"),
	}
	for _, name := range sortedKeys(kafkaTools) {
		entries = append(entries, File{
			Path: home + "/bin/" + name + ".sh", Mode: 0o755,
			Content: "#!/bin/bash\nexec \"$(dirname \"$0\")/kafka-run-class.sh\" " + kafkaTools[name] + " \"$@\"\n",
		})
	}
	return Recipe{
		Name: "kafka",
		Ref:  "docker.io/apache/kafka:3.9.1",
		Layers: []Layer{
			java(),
			{Jars: &Jars{Pom: text("files/kafka/pom.xml"), Dir: home + "/libs"}},
			{Files: entries},
		},
		Config: Config{
			Cmd:          []string{home + "/bin/kafka-server-start.sh", home + "/config/server.properties"},
			Env:          []string{systemPath},
			User:         "appuser",
			ExposedPorts: set("9092/tcp"),
			Volumes:      set("/var/lib/kafka/data"),
			WorkingDir:   "/",
		},
	}
}

func mariadb(version, suite string, packages ...string) Recipe {
	const user = 999
	return Recipe{
		Name: "mariadb-" + version,
		Ref:  "docker.io/library/mariadb:" + version,
		Layers: []Layer{
			{Debian: &Debian{Suite: suite, Packages: packages, Accounts: []Account{{"mysql", user, "/home/mysql"}}}},
			{Files: []File{
				script("mariadb", "/usr/local/bin", "docker-entrypoint.sh"),
				folder("/docker-entrypoint-initdb.d", 0),
				folder("/home/mysql", user),
				folder("/var/lib/mysql", user),
				// Servers of other users than mysql put their socket there too.
				{Path: "/run/mysqld", Mode: 0o1777, Owner: user, Dir: true},
				{Path: "/etc/mysql/mariadb.conf.d/05-container.cnf", Mode: 0o644, Content: "[mariadb]\nhost-cache-size=0\nskip-name-resolve\nbind-address=*\n"},
			}},
		},
		Config: Config{
			Entrypoint:   []string{"docker-entrypoint.sh"},
			Cmd:          []string{"mariadbd"},
			Env:          []string{systemPath, "LANG=C.UTF-8", "MARIADB_MAJOR=" + version},
			ExposedPorts: set("3306/tcp"),
			Volumes:      set("/var/lib/mysql"),
		},
	}
}

// FromPrograms is an image of static programs, each in the root folder under its
// name. It runs the first one, as a user without rights.
func FromPrograms(ref string, programs []Program) Recipe {
	recipe := Recipe{Name: ref, Ref: ref}
	for _, p := range programs {
		p.Target = "/" + baseName(p.Path)
		recipe.Layers = append(recipe.Layers, Layer{Program: &p})
	}
	recipe.Config = Config{Entrypoint: []string{"/" + baseName(programs[0].Path)}, Env: []string{systemPath}, User: "65532:65532"}
	return recipe
}

func baseName(p string) string { return path.Base(strings.ReplaceAll(p, "\\", "/")) }

func text(name string) string {
	raw, err := files.ReadFile(name)
	if err != nil {
		return "" // a test reads every one of them
	}
	return string(raw)
}

func script(image, dir, name string) File {
	return File{Path: dir + "/" + name, Mode: 0o755, Content: text("files/" + image + "/" + name)}
}

func plain(image, dir, name string) File {
	return File{Path: dir + "/" + name, Mode: 0o644, Owner: javaUser, Content: text("files/" + image + "/" + name)}
}

func folder(name string, owner int) File {
	return File{Path: name, Mode: 0o755, Owner: owner, Dir: true}
}

func set(keys ...string) map[string]struct{} {
	m := map[string]struct{}{}
	for _, k := range keys {
		m[k] = struct{}{}
	}
	return m
}
