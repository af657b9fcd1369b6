package e2e

import (
	"encoding/base64"
	"strings"
	"testing"
)

// rows is the table of the talk, as a client prints it.
const rows = "1\tone\n2\ttwo\n3\tthree"

func deployMySQL(t *testing.T, c cluster) {
	c.apply(t, "mysql", "mysql", "-p", "kudocImage="+image)
	c.sql(t, `create table t (id int primary key, v varchar(9)); insert into t values (1,'one'),(2,'two'),(3,'three')`)
	equal(t, "rows", c.table(t), rows)
}

// backUpAndRestore: what is in a backup comes back, however much is deleted in between.
func backUpAndRestore(t *testing.T, c cluster) {
	t.Logf("rows before:\n%s", c.table(t))
	c.create(t, "backup.yaml")
	c.sql(t, "delete from t")
	count := c.sql(t, "select count(*) from t")
	equal(t, "rows after the deletion", count, "0")
	t.Logf("rows after the deletion: %s", count)
	c.create(t, "restore.yaml")
	restored := c.table(t)
	equal(t, "rows after the restore", restored, rows)
	t.Logf("rows after the restore:\n%s", restored)
}

// restoreMissing: who asks for a file that is not there is told which are. When it is there, a retry goes on.
func restoreMissing(t *testing.T, c cluster) {
	message := c.refused(t, "trigger", "mysql", "restore", "--wait", "--timeout", patience.String(), "-p", "file=none.sql.gz")
	contains(t, "message", message, "there is no backup none.sql.gz; there are: talk.sql.gz")
	lines := strings.Split(strings.TrimSpace(message), "\n")
	t.Logf("message: %s", lines[len(lines)-1])
	equal(t, "rows", c.table(t), rows)

	failed := c.kubectl(t, "get", "planexecutions", "-o", "jsonpath={.items[?(@.status.state=='Failed')].metadata.name}")
	c.kudoc(t, "trigger", "mysql", "backup", "--wait", "--timeout", patience.String(), "-p", "file=none.sql.gz")
	c.sql(t, "delete from t")
	c.retry(t, "planexecution/"+failed)
	c.succeeds(t, "planexecution/"+failed)
	equal(t, "rows after the retry", c.table(t), rows)
	t.Logf("%s, retried when there was the file, has restored the rows", failed)
}

// upgradeMySQL: another version of the server, with the data of the one before.
func upgradeMySQL(t *testing.T, c cluster) {
	before := c.sql(t, "select version()")
	contains(t, "version before", before, "10.11")
	c.apply(t, "mysql", "mysql", "-p", "image=mariadb:11.8")
	after := c.sql(t, "select version()")
	contains(t, "version after", after, "11.8")
	equal(t, "rows", c.table(t), rows)
	t.Logf("%s became %s, with its rows:\n%s", before, after, rows)
}

func (c cluster) table(t *testing.T) string {
	t.Helper()
	return c.sql(t, "select id, v from t order by id")
}

// sql asks the server as the user of the database, over the network.
func (c cluster) sql(t *testing.T, statement string) string {
	t.Helper()
	return c.kubectl(t, append(c.client(t), "-e", statement)...)
}

// client is the command of a client in the server's pod.
func (c cluster) client(t *testing.T) []string {
	t.Helper()
	password, err := base64.StdEncoding.DecodeString(c.kubectl(t, "get", "secret", "mysql-generated", "-o", "jsonpath={.data.userPassword}"))
	if err != nil {
		t.Fatal(err)
	}
	return []string{"exec", "mysql-0", "--", "env", "MYSQL_PWD=" + string(password),
		"mariadb", "-h", "127.0.0.1", "--protocol=tcp", "--skip-ssl", "-u", "app", "-N", "-B", "app"}
}
