//! Reading any file ends, with a tree or with a message.

use lightest_kubevirt::go;
use proptest::prelude::*;

const SAMPLE: &str = r#"package tests

import (
	. "github.com/onsi/ginkgo/v2"
	v1 "kubevirt.io/api/core/v1"
)

type pair[T any] struct {
	a, b T // both
	inner struct{ x map[string][]chan<- int `json:"x"` }
}

var _ = Describe("sample é", func() {
	const raw = `raw
text`
	f := func(x ...int) (n int, err error) { return }
	for i := range 10 { _, _ = f(i, 1<<2, 0x1F, 'a', 1.5e3) }
	switch v := any(f).(type) { case nil: default: _ = v }
	select { case <-make(chan int): default: }
	if x, ok := m["a"]; ok && x != nil { go f() } else if !ok { defer f() }
loop:
	for { break loop }
	It("is", func() { Expect(&v1.Disk{Name: "a", Size: -1}, pair[int]{}, m[1:2]).To(Equal("\"\n")) })
})
"#;

/// Pieces of Go.
const PIECES: [&str; 56] = [
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ";",
    ":",
    "=",
    ":=",
    "func",
    "type",
    "struct",
    "interface",
    "map",
    "chan",
    "<-",
    "*",
    "&",
    "...",
    "\"",
    "`",
    "'",
    "\\",
    "0x",
    "1.",
    "_",
    "/*",
    "*/",
    "//",
    "\n",
    "é",
    "range",
    "for",
    "if",
    "else",
    "switch",
    "case",
    "select",
    "go ",
    "defer ",
    "[T any]",
    "~",
    "|",
    "const",
    "var",
    "import",
    "package p\n",
    "return",
    "\u{feff}",
    "\0",
    "9e",
    "a.b",
    "x:",
    " ",
];

/// Reads a text; every place of its tree must be within it.
fn read(text: &str) {
    match go::parse(text) {
        Ok(tree) => {
            for function in &tree.functions {
                assert!(text.get(function.name.bytes.clone()).is_some_and(|name| name == function.name.name));
            }
            for comment in &tree.comments {
                assert!(
                    text.get(comment.bytes.clone()).is_some_and(|own| own == comment.text),
                    "{comment:?}"
                );
            }
        }
        Err(error) => assert!(text.get(error.bytes).is_some() && !error.message.is_empty()),
    }
}

#[test]
fn the_sample_parses() {
    go::parse(SAMPLE).unwrap_or_else(|error| panic!("{error:?}"));
}

#[test]
fn deep_nesting_is_refused_and_named() {
    let many = 100_000;
    let around = |inner: String| format!("package p\n\nfunc f() {{\n\t{inner}\n}}\n");
    let deep = [
        around(format!("_ = {}1{}", "(".repeat(many), ")".repeat(many))),
        around(format!("_ = {}1", "!".repeat(many))),
        around(format!("_ = {}1", "-".repeat(many))),
        around(format!("_ = a{}", ".b".repeat(many))),
        around(format!("_ = 1{}", "+1".repeat(many))),
        around(format!("var x {}int", "[]".repeat(many))),
        around(format!("var x {}int", "*".repeat(many))),
        around(format!("var x {}int", "chan ".repeat(many))),
        around(format!("var x {}int", "chan\n".repeat(many))),
        around(format!("var x {}int", "func() ".repeat(many))),
        around(format!("var x {}int{}", "struct { x ".repeat(many), "}".repeat(many))),
        around("{".repeat(many)),
        around(format!("if a {{}}{}", " else if a {}".repeat(many))),
        around(format!("if a {{}}{}", " else\nif a {}".repeat(many))),
        around(format!("{}f()", "a: ".repeat(many))),
        around(format!("{}f()", "if func() { ".repeat(many))),
        around(format!("_ = a{}", "(b)".repeat(many))),
        around(format!("_ = a{}", "[b]".repeat(many))),
    ];
    for text in deep {
        // A test's own thread has a small stack; nothing may take more than that.
        let error = go::parse(&text).expect_err("it is too deep");
        assert!(error.message.contains("nests too deeply"), "{error:?}: {}", &text[..60]);
    }
}

#[test]
fn as_much_nesting_as_is_allowed_is_read() {
    let run = |head: usize| format!("package p\n\nfunc f() {{\n\t_ = {}1\n}}\n", "!".repeat(head));
    assert!(go::parse(&run(1_900)).is_ok());
    let text = format!("package p\n\nfunc f() {{\n\t_ = a{}\n}}\n", ".b()".repeat(490));
    assert!(go::parse(&text).is_ok());
}

#[test]
fn positions_count_bytes() {
    let text = "\u{feff}package p\n\n// é\nfunc été() {}\n\nfunc after() {} // ünd\n";
    let tree = go::parse(text).expect("it is Go");
    let names: Vec<&str> = tree.functions.iter().map(|function| &text[function.name.bytes.clone()]).collect();
    assert_eq!(names, ["été", "after"]);
    read(text);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn changed_files_are_read(
        at in 0..SAMPLE.len(),
        cut in 0..40_usize,
        pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..4),
    ) {
        let floor = |mut at: usize| {
            while !SAMPLE.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let (start, end) = (floor(at), floor((at + cut).min(SAMPLE.len())));
        read(&format!("{}{}{}", &SAMPLE[..start], pieces.concat(), &SAMPLE[end.max(start)..]));
    }

    #[test]
    fn heaps_of_tokens_are_read(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..60)) {
        read(&format!("package p\nfunc f() {{\n{}", pieces.concat()));
        read(&pieces.concat());
    }

    #[test]
    fn any_text_is_read(text in ".{0,200}") {
        read(&text);
    }
}
