// Command hook writes hooks into the functions of Go packages: at the entry of each a look at its slot of the table in
// scripts/lab/go/faults, of which each package gets a copy, so that scripts/lab/target/hooks.ts can make it faulty while it runs.
//
//	hook -src FOLDER -packages IMPORT/PATH,... -inlined FILE -faults faults.go -out hooks.json
//
// The packages lie below FOLDER, where they are changed. FILE is what the compiler says with -gcflags=-m: functions that it inlines get no
// hooks, for with one they would not be inlined, and be on stacks on which they are not otherwise. hooks.json lists the hooked functions of
// each package in the order of their slots.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
)

type hooked struct {
	// The linker's name.
	Symbol string `json:"symbol"`
	// Its last result is an error.
	ReturnsError bool `json:"returnsError"`
	// It can call itself with what it was given: all parameters have names.
	CanCallItself bool `json:"canCallItself"`
}

type hookedPackage struct {
	// As the linker writes it.
	Package   string   `json:"package"`
	Functions []hooked `json:"functions"`
}

func main() {
	src := flag.String("src", "", "folder of import paths")
	packages := flag.String("packages", "", "import paths of the packages, with commas between them")
	inlinedFile := flag.String("inlined", "", "what the compiler said with -gcflags=-m")
	faultsFile := flag.String("faults", "", "faults.go")
	out := flag.String("out", "", "list of the hooked functions to write")
	flag.Parse()
	inlined, err := readInlined(*inlinedFile)
	check(err)
	faults, err := os.ReadFile(*faultsFile)
	check(err)
	var list []hookedPackage
	for _, importPath := range strings.Split(*packages, ",") {
		list = append(list, hookPackage(filepath.Join(*src, importPath), importPath, inlined[importPath], faults))
	}
	text, err := json.MarshalIndent(list, "", " ")
	check(err)
	check(os.WriteFile(*out, append(text, '\n'), 0o644))
}

func hookPackage(dir, importPath string, inlined map[string]bool, faults []byte) hookedPackage {
	pkg, err := build.ImportDir(dir, 0)
	check(err)
	rewriter := &rewriter{linkerPath: linkerPath(pkg.Name, importPath), inlined: inlined}
	for _, name := range pkg.GoFiles {
		check(rewriter.file(filepath.Join(dir, name)))
	}
	if len(rewriter.hooks) == 0 {
		check(fmt.Errorf("%s: no function to hook", dir))
	}
	faults = replaced(faults, "package faults\n", "package "+pkg.Name+"\n")
	faults = replaced(faults, "const faultHooks = 1\n", fmt.Sprintf("const faultHooks = %d\n", len(rewriter.hooks)))
	check(os.WriteFile(filepath.Join(dir, "faults.go"), faults, 0o644))
	return hookedPackage{rewriter.linkerPath, rewriter.hooks}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "hook:", err)
		os.Exit(1)
	}
}

func replaced(text []byte, line, by string) []byte {
	if bytes.Count(text, []byte(line)) != 1 {
		check(fmt.Errorf("faults.go has no line %q", line))
	}
	return bytes.Replace(text, []byte(line), []byte(by), 1)
}

// The linker writes dots behind the last slash as %2e, and main for whatever path a program has.
func linkerPath(name, importPath string) string {
	if name == "main" {
		return name
	}
	folder, last := path.Split(importPath)
	return folder + strings.ReplaceAll(last, ".", "%2e")
}

// By package: what is inlined. Lines like `server/client.go:12:6: can inline (*client).isClosed` follow one that names it, `# IMPORT/PATH`.
func readInlined(file string) (map[string]map[string]bool, error) {
	text, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer text.Close()
	inlined := map[string]map[string]bool{}
	importPath := ""
	for lines := bufio.NewScanner(text); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "# ") {
			importPath = lines.Text()[2:]
			inlined[importPath] = map[string]bool{}
		} else if _, name, ok := strings.Cut(lines.Text(), ": can inline "); ok && importPath != "" {
			name, _, _ = strings.Cut(name, " ")
			inlined[importPath][name] = true
		}
	}
	if len(inlined) == 0 {
		return nil, fmt.Errorf("%s: the compiler said nothing of inlining", file)
	}
	return inlined, nil
}

type rewriter struct {
	linkerPath string
	inlined    map[string]bool
	hooks      []hooked
}

type insertion struct {
	at   int
	text string
}

func (r *rewriter) file(name string) error {
	source, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	files := token.NewFileSet()
	tree, err := parser.ParseFile(files, name, source, parser.ParseComments)
	if err != nil {
		return err
	}
	if isGenerated(tree) {
		return nil
	}
	var edits []insertion
	for _, declaration := range tree.Decls {
		fn, ok := declaration.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		local, ok := localName(fn)
		if !ok || r.inlined[local] {
			continue
		}
		offset := func(at token.Pos) int { return files.Position(at).Offset }
		types := resultTypes(fn, func(e ast.Expr) string { return string(source[offset(e.Pos()):offset(e.End())]) })
		text := hook(fn, len(r.hooks), types)
		edits = append(edits, insertion{offset(fn.Body.Lbrace) + 1, text})
		r.hooks = append(r.hooks, hooked{r.linkerPath + "." + local, returnsError(types), canCallItself(fn)})
	}
	// From the end on: the places before stay where they are.
	sort.Slice(edits, func(i, j int) bool { return edits[i].at > edits[j].at })
	for _, edit := range edits {
		source = append(source[:edit.at:edit.at], append([]byte(edit.text), source[edit.at:]...)...)
	}
	return os.WriteFile(name, source, 0o644)
}

// The convention for generated files ("go generate"): a line of its own, before the package clause.
func isGenerated(tree *ast.File) bool {
	for _, group := range tree.Comments {
		for _, comment := range group.List {
			if strings.HasPrefix(comment.Text, "// Code generated ") && strings.HasSuffix(comment.Text, " DO NOT EDIT.") {
				return true
			}
		}
	}
	return false
}

// The linker's name without the package, for functions that are one: not of generic ones, of which there are several.
func localName(fn *ast.FuncDecl) (string, bool) {
	name := fn.Name.Name
	if fn.Recv == nil {
		return name, name != "init" && name != "main" && name != "_" && fn.Type.TypeParams == nil
	}
	switch receiver := fn.Recv.List[0].Type.(type) {
	case *ast.Ident:
		return receiver.Name + "." + name, name != "_"
	case *ast.StarExpr:
		if of, ok := receiver.X.(*ast.Ident); ok {
			return "(*" + of.Name + ")." + name, name != "_"
		}
	}
	return "", false
}

func resultTypes(fn *ast.FuncDecl, text func(ast.Expr) string) (types []string) {
	if fn.Type.Results == nil {
		return nil
	}
	for _, field := range fn.Type.Results.List {
		for i := 0; i == 0 || i < len(field.Names); i++ {
			types = append(types, text(field.Type))
		}
	}
	return types
}

func returnsError(types []string) bool {
	return len(types) > 0 && types[len(types)-1] == "error"
}

func canCallItself(fn *ast.FuncDecl) bool {
	fields := fn.Type.Params.List
	if fn.Recv != nil {
		fields = append(fields[:len(fields):len(fields)], fn.Recv.List[0])
	}
	for _, field := range fields {
		if len(field.Names) == 0 {
			return false
		}
		for _, name := range field.Names {
			if name.Name == "_" {
				return false
			}
		}
	}
	return true
}

// On one line with the brace: the lines of the source stay as they are.
func hook(fn *ast.FuncDecl, number int, types []string) string {
	var text strings.Builder
	fmt.Fprintf(&text, " if faultTable[%d].operator != 0 { switch faultDecide(%d) { case faultReturn:", number, number)
	results := make([]string, len(types))
	for i := range types {
		results[i] = fmt.Sprintf("faultResult%d", i)
	}
	declare := func() {
		for i, name := range results {
			fmt.Fprintf(&text, " var %s %s;", name, types[i])
		}
	}
	last := "faultResult" + fmt.Sprint(len(types)-1)
	finish := func(of string) {
		if returnsError(types) {
			fmt.Fprintf(&text, " %s = %s;", last, of)
		}
		fmt.Fprintf(&text, " return %s;", strings.Join(results, ", "))
	}
	declare()
	finish(fmt.Sprintf("faultAtOnce(%d)", number))
	if canCallItself(fn) {
		text.WriteString(" case faultBody:")
		declare()
		call := ownCall(fn)
		if len(results) > 0 {
			call = strings.Join(results, ", ") + " = " + call
		}
		fmt.Fprintf(&text, " for faultRound(%d) { %s };", number, call)
		finish(fmt.Sprintf("faultAfter(%d, %s)", number, last))
	}
	text.WriteString(" } };")
	return text.String()
}

func ownCall(fn *ast.FuncDecl) string {
	var arguments []string
	for _, field := range fn.Type.Params.List {
		for _, name := range field.Names {
			argument := name.Name
			if _, variadic := field.Type.(*ast.Ellipsis); variadic {
				argument += "..."
			}
			arguments = append(arguments, argument)
		}
	}
	name := fn.Name.Name
	if fn.Recv != nil {
		name = fn.Recv.List[0].Names[0].Name + "." + name
	}
	return fmt.Sprintf("%s(%s)", name, strings.Join(arguments, ", "))
}
