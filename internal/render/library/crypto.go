package library

import (
	"crypto/md5"  //nolint:gosec // CUE has the function; what it is good for is the author's matter
	"crypto/sha1" //nolint:gosec // CUE has the function; what it is good for is the author's matter
	"crypto/sha256"
	"crypto/sha512"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// cryptoFunctions are the digests of CUE's packages crypto/md5, sha1, sha256 and sha512.
func cryptoFunctions() []cel.EnvOption {
	digest := func(name string, sum func([]byte) []byte) cel.EnvOption {
		return function(name, typesOf(cel.DynType), cel.BytesType, func(a []ref.Val) ref.Val {
			return withOctets(name, a[0], func(b []byte) ref.Val { return types.Bytes(sum(b)) })
		})
	}
	return []cel.EnvOption{
		digest("md5.Sum", func(b []byte) []byte { x := md5.Sum(b); return x[:] }),   //nolint:gosec // as above
		digest("sha1.Sum", func(b []byte) []byte { x := sha1.Sum(b); return x[:] }), //nolint:gosec // as above
		digest("sha256.Sum256", func(b []byte) []byte { x := sha256.Sum256(b); return x[:] }),
		digest("sha256.Sum224", func(b []byte) []byte { x := sha256.Sum224(b); return x[:] }),
		digest("sha512.Sum512", func(b []byte) []byte { x := sha512.Sum512(b); return x[:] }),
		digest("sha512.Sum384", func(b []byte) []byte { x := sha512.Sum384(b); return x[:] }),
	}
}
