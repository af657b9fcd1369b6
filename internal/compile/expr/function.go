package expr

import "strings"

// Function is a CUE builtin that exists at run time too.
type Function struct {
	CEL    string // its name there
	Args   []Kind // Any accepts everything, Bytes strings too
	Result *Type  // nil if it is the type of the first argument
	// IntElems demands a list of integers: CUE computes other numbers as decimals, which CEL does not have.
	IntElems bool
	// Test says that the function is an error for what it cannot read. As a constraint it is the one that is false there.
	Test bool
}

// Lookup returns the function for a CUE builtin such as encoding/json.Marshal, or nil if its arguments must be static.
func Lookup(name string) *Function {
	f, ok := functions[name]
	if !ok {
		f, ok = netFunctions[name]
	}
	if ok {
		f.CEL = name[strings.LastIndex(name, "/")+1:]
		return &f
	}
	if f, ok := renamed[name]; ok {
		return &f
	}
	return nil
}

var (
	str   = []Kind{String}
	str2  = []Kind{String, String}
	strI  = []Kind{String, Int}
	strI2 = []Kind{String, Int, Int}
	lst   = []Kind{List}
	lstI  = []Kind{List, Int}
	num   = []Kind{Num}
	raw   = []Kind{Bytes}
	texts = ListOf(TString)
)

// functions have their CUE names at run time, without the path of the package.
var functions = map[string]Function{
	"strings.ToUpper":             {Args: str, Result: TString},
	"strings.ToLower":             {Args: str, Result: TString},
	"strings.ToTitle":             {Args: str, Result: TString},
	"strings.ToCamel":             {Args: str, Result: TString},
	"strings.TrimSpace":           {Args: str, Result: TString},
	"strings.Trim":                {Args: str2, Result: TString},
	"strings.TrimLeft":            {Args: str2, Result: TString},
	"strings.TrimRight":           {Args: str2, Result: TString},
	"strings.TrimPrefix":          {Args: str2, Result: TString},
	"strings.TrimSuffix":          {Args: str2, Result: TString},
	"strings.Join":                {Args: []Kind{List, String}, Result: TString},
	"strings.Split":               {Args: str2, Result: texts},
	"strings.SplitN":              {Args: []Kind{String, String, Int}, Result: texts},
	"strings.SplitAfter":          {Args: str2, Result: texts},
	"strings.SplitAfterN":         {Args: []Kind{String, String, Int}, Result: texts},
	"strings.Fields":              {Args: str, Result: texts},
	"strings.Replace":             {Args: []Kind{String, String, String, Int}, Result: TString},
	"strings.Repeat":              {Args: strI, Result: TString},
	"strings.Contains":            {Args: str2, Result: TBool},
	"strings.ContainsAny":         {Args: str2, Result: TBool},
	"strings.HasPrefix":           {Args: str2, Result: TBool},
	"strings.HasSuffix":           {Args: str2, Result: TBool},
	"strings.Index":               {Args: str2, Result: TInt},
	"strings.LastIndex":           {Args: str2, Result: TInt},
	"strings.IndexAny":            {Args: str2, Result: TInt},
	"strings.LastIndexAny":        {Args: str2, Result: TInt},
	"strings.Count":               {Args: str2, Result: TInt},
	"strings.Compare":             {Args: str2, Result: TInt},
	"strings.Runes":               {Args: str, Result: ListOf(TInt)},
	"strings.SliceRunes":          {Args: strI2, Result: TString},
	"strings.MinRunes":            {Args: strI, Result: TBool},
	"strings.MaxRunes":            {Args: strI, Result: TBool},
	"list.Range":                  {Args: []Kind{Int, Int, Int}, Result: ListOf(TInt)},
	"list.Contains":               {Args: []Kind{List, Any}, Result: TBool},
	"list.Min":                    {Args: lst, Result: TInt, IntElems: true},
	"list.Max":                    {Args: lst, Result: TInt, IntElems: true},
	"list.Sum":                    {Args: lst, Result: TInt, IntElems: true},
	"list.MinItems":               {Args: lstI, Result: TBool},
	"list.MaxItems":               {Args: lstI, Result: TBool},
	"list.UniqueItems":            {Args: lst, Result: TBool},
	"list.Take":                   {Args: lstI},
	"list.Drop":                   {Args: lstI},
	"list.Slice":                  {Args: []Kind{List, Int, Int}},
	"list.Reverse":                {Args: lst},
	"list.Repeat":                 {Args: lstI},
	"list.FlattenN":               {Args: lstI, Result: ListOf(TAny)},
	"list.SortStrings":            {Args: lst, Result: texts},
	"list.IsSortedStrings":        {Args: lst, Result: TBool},
	"math.Floor":                  {Args: num, Result: TInt},
	"math.Ceil":                   {Args: num, Result: TInt},
	"math.Trunc":                  {Args: num, Result: TInt},
	"math.Round":                  {Args: num, Result: TInt},
	"math.RoundToEven":            {Args: num, Result: TInt},
	"math.Pow":                    {Args: []Kind{Int, Int}, Result: TInt},
	"math.Abs":                    {Args: num},
	"encoding/json.Marshal":       {Args: []Kind{Any}, Result: TString},
	"encoding/yaml.Marshal":       {Args: []Kind{Any}, Result: TString},
	"encoding/yaml.MarshalStream": {Args: lst, Result: TString},

	"encoding/base64.Encode": {Args: []Kind{Null, Bytes}, Result: TString},
	"encoding/base64.Decode": {Args: []Kind{Null, String}, Result: TBytes},
	"encoding/hex.Encode":    {Args: raw, Result: TString},
	"encoding/hex.Decode":    {Args: str, Result: TBytes},
	"crypto/md5.Sum":         {Args: raw, Result: TBytes},
	"crypto/sha1.Sum":        {Args: raw, Result: TBytes},
	"crypto/sha256.Sum224":   {Args: raw, Result: TBytes},
	"crypto/sha256.Sum256":   {Args: raw, Result: TBytes},
	"crypto/sha512.Sum384":   {Args: raw, Result: TBytes},
	"crypto/sha512.Sum512":   {Args: raw, Result: TBytes},
	"strconv.Atoi":           {Args: str, Result: TInt},
	"strconv.ParseInt":       {Args: strI2, Result: TInt},
	"strconv.ParseUint":      {Args: strI2, Result: TInt},
	"strconv.ParseFloat":     {Args: strI, Result: TNum},
	"strconv.ParseBool":      {Args: str, Result: TBool},
	"strconv.FormatInt":      {Args: []Kind{Int, Int}, Result: TString},
	"strconv.FormatBool":     {Args: []Kind{Bool}, Result: TString},
	"strconv.Quote":          {Args: str, Result: TString},
	"strconv.QuoteToASCII":   {Args: str, Result: TString},
	"time.Duration":          {Args: str, Result: TBool, Test: true},
}

// address is an IP address: text or a list of bytes.
var address = []Kind{Any}

var netFunctions = map[string]Function{
	"net.IP":                        {Args: address, Result: TBool, Test: true},
	"net.IPv4":                      {Args: address, Result: TBool, Test: true},
	"net.IPv6":                      {Args: address, Result: TBool, Test: true},
	"net.IPCIDR":                    {Args: address, Result: TBool, Test: true},
	"net.InCIDR":                    {Args: []Kind{Any, Any}, Result: TBool, Test: true},
	"net.LoopbackIP":                {Args: address, Result: TBool, Test: true},
	"net.MulticastIP":               {Args: address, Result: TBool, Test: true},
	"net.InterfaceLocalMulticastIP": {Args: address, Result: TBool, Test: true},
	"net.LinkLocalMulticastIP":      {Args: address, Result: TBool, Test: true},
	"net.LinkLocalUnicastIP":        {Args: address, Result: TBool, Test: true},
	"net.GlobalUnicastIP":           {Args: address, Result: TBool, Test: true},
	"net.UnspecifiedIP":             {Args: address, Result: TBool, Test: true},
	"net.FQDN":                      {Args: str, Result: TBool, Test: true},
	"net.URL":                       {Args: str, Result: TBool, Test: true},
	"net.AbsURL":                    {Args: str, Result: TBool, Test: true},
	"net.ParseIP":                   {Args: str, Result: ListOf(TInt)},
	"net.ToIP4":                     {Args: address, Result: ListOf(TInt)},
	"net.ToIP16":                    {Args: address, Result: ListOf(TInt)},
	"net.IPString":                  {Args: address, Result: TString},
	"net.AddIP":                     {Args: []Kind{Any, Int}, Result: TString},
	"net.AddIPCIDR":                 {Args: []Kind{Any, Int}, Result: TString},
	"net.CompareIP":                 {Args: []Kind{Any, Any}, Result: TInt},
	"net.ParseCIDR":                 {Args: str, Result: cidr},
	"net.SplitHostPort":             {Args: str, Result: texts},
	"net.JoinHostPort":              {Args: []Kind{Any, Any}, Result: TString},
	"net.PathEscape":                {Args: str, Result: TString},
	"net.QueryEscape":               {Args: str, Result: TString},
}

// cidr is what net.ParseCIDR finds. The last is of IPv4 only.
var cidr = &Type{Kind: Struct, Fields: []Field{{Name: "prefix_mask", Type: TString}, {Name: "prefix_len", Type: TInt}, {Name: "prefix_addr", Type: TString},
	{Name: "broadcast_addr", Type: TString, Optional: true}}}

// renamed are functions for which CEL or kudoc has another name.
var renamed = map[string]Function{
	"regexp.Match": {CEL: "matches", Args: str2, Result: TBool},
	"list.Concat":  {CEL: "flatten", Args: lst, Result: ListOf(TAny)},
}

// Constraint is the function where it is a constraint on its first argument.
func (f *Function) Constraint() *Function {
	if !f.Test {
		return f
	}
	g := *f
	g.CEL = "valid." + f.CEL
	return &g
}

// Apply calls the function; the arguments have been checked against Args.
func (f *Function) Apply(args []*X) *X {
	t := f.Result
	switch {
	case t == nil && args[0].Type.Kind == Int: // a range of its own
		t = TInt
	case t == nil && args[0].Type.Kind == Any && f.Args[0] == List:
		t = ListOf(TAny)
	case t == nil:
		t = args[0].Type
	case f.CEL == "flatten" && args[0].Type.Elem != nil && args[0].Type.Elem.Kind == List:
		t = args[0].Type.Elem
	case f.CEL == "matches": // regexp.Match has the expression first
		return Matches(args[1], args[0])
	}
	return Call(f.CEL, t, args...)
}
