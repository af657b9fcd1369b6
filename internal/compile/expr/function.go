package expr

// Function is a CUE builtin that exists at run time too.
type Function struct {
	CEL    string // its name there
	Args   []Kind // Any accepts everything
	Result *Type
	// IntElems demands a list of integers: CUE computes other numbers as decimals, which CEL does not have.
	IntElems bool
}

// Lookup returns the function for a CUE builtin such as encoding/json.Marshal, or nil if its arguments must be static.
func Lookup(name string) *Function {
	if f, ok := functions[name]; ok {
		return &f
	}
	return nil
}

var (
	str  = []Kind{String}
	str2 = []Kind{String, String}
	strI = []Kind{String, Int}
	lst  = []Kind{List}
	lstI = []Kind{List, Int}
)

var functions = map[string]Function{
	"strings.ToUpper":        {CEL: "strings.ToUpper", Args: str, Result: TString},
	"strings.ToLower":        {CEL: "strings.ToLower", Args: str, Result: TString},
	"strings.TrimSpace":      {CEL: "strings.TrimSpace", Args: str, Result: TString},
	"strings.Join":           {CEL: "strings.Join", Args: []Kind{List, String}, Result: TString},
	"strings.Split":          {CEL: "strings.Split", Args: str2, Result: ListOf(TString)},
	"strings.Replace":        {CEL: "strings.Replace", Args: []Kind{String, String, String, Int}, Result: TString},
	"strings.Contains":       {CEL: "strings.Contains", Args: str2, Result: TBool},
	"strings.HasPrefix":      {CEL: "strings.HasPrefix", Args: str2, Result: TBool},
	"strings.HasSuffix":      {CEL: "strings.HasSuffix", Args: str2, Result: TBool},
	"strings.TrimPrefix":     {CEL: "strings.TrimPrefix", Args: str2, Result: TString},
	"strings.TrimSuffix":     {CEL: "strings.TrimSuffix", Args: str2, Result: TString},
	"strings.Repeat":         {CEL: "strings.Repeat", Args: strI, Result: TString},
	"strings.MinRunes":       {CEL: "strings.MinRunes", Args: strI, Result: TBool},
	"strings.MaxRunes":       {CEL: "strings.MaxRunes", Args: strI, Result: TBool},
	"regexp.Match":           {CEL: "matches", Args: str2, Result: TBool},
	"list.Range":             {CEL: "list.Range", Args: []Kind{Int, Int, Int}, Result: ListOf(TInt)},
	"list.Contains":          {CEL: "list.Contains", Args: []Kind{List, Any}, Result: TBool},
	"list.Min":               {CEL: "list.Min", Args: lst, Result: TInt, IntElems: true},
	"list.Max":               {CEL: "list.Max", Args: lst, Result: TInt, IntElems: true},
	"list.Sum":               {CEL: "list.Sum", Args: lst, Result: TInt, IntElems: true},
	"list.MinItems":          {CEL: "list.MinItems", Args: lstI, Result: TBool},
	"list.MaxItems":          {CEL: "list.MaxItems", Args: lstI, Result: TBool},
	"list.UniqueItems":       {CEL: "list.UniqueItems", Args: lst, Result: TBool},
	"list.Concat":            {CEL: "flatten", Args: lst, Result: ListOf(TAny)},
	"encoding/json.Marshal":  {CEL: "json.Marshal", Args: []Kind{Any}, Result: TString},
	"encoding/base64.Encode": {CEL: "base64.Encode", Args: []Kind{Null, String}, Result: TString},
	"strconv.Atoi":           {CEL: "strconv.Atoi", Args: str, Result: TInt},
}

// Apply calls the function; the arguments have been checked against Args.
func (f *Function) Apply(args []*X) *X {
	t := f.Result
	if f.CEL == "flatten" && args[0].Type.Elem != nil && args[0].Type.Elem.Kind == List {
		t = args[0].Type.Elem
	}
	if f.CEL == "matches" { // regexp.Match has the expression first
		return Matches(args[1], args[0])
	}
	return Call(f.CEL, t, args...)
}
