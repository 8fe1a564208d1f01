//! A small suite around a body, and what is found in it.

use std::sync::Arc;

use lightest_catalog::{embedded, load};
use lightest_kubevirt::{check, facts};
use lightest_lint::linter::Options;
use lightest_lint::source::Source;

const FACTORY: &str = r#"package libvmifact

import (
	v1 "kubevirt.io/api/core/v1"
	"kubevirt.io/kubevirt/pkg/libvmi"
)

func NewGuestless(opts ...libvmi.Option) *v1.VirtualMachineInstance { return libvmi.New(opts...) }
func NewAlpine(opts ...libvmi.Option) *v1.VirtualMachineInstance    { return libvmi.New(opts...) }
func NewCirros(opts ...libvmi.Option) *v1.VirtualMachineInstance    { return libvmi.New(opts...) }
func NewFedora(opts ...libvmi.Option) *v1.VirtualMachineInstance    { return libvmi.New(opts...) }
"#;

const CONSOLE: &str = r#"package console

import v1 "kubevirt.io/api/core/v1"

func LoginToAlpine(vmi *v1.VirtualMachineInstance) error { return nil }
func LoginToFedora(vmi *v1.VirtualMachineInstance) error { return nil }
"#;

const CLIENT: &str = r#"package kubevirt

import "kubevirt.io/client-go/kubecli"

func Client() kubecli.KubevirtClient { return nil }
"#;

pub(crate) const HEAD: &str = r#"package tests

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1 "kubevirt.io/api/core/v1"

	"kubevirt.io/kubevirt/pkg/libvmi"
	"kubevirt.io/kubevirt/tests/console"
	"kubevirt.io/kubevirt/tests/framework/kubevirt"
	"kubevirt.io/kubevirt/tests/libvmifact"
)

"#;

pub(crate) fn source(local: &str, text: &str) -> Source {
    Source { path: local.to_owned(), local: local.to_owned(), package: String::new(), text: Arc::from(text) }
}

pub(crate) fn sources(body: &str) -> Vec<Source> {
    vec![
        source("tests/console/login.go", CONSOLE),
        source("tests/framework/kubevirt/client.go", CLIENT),
        source("tests/libvmifact/factory.go", FACTORY),
        source("tests/own_test.go", &format!("{HEAD}{body}")),
    ]
}

pub(crate) fn run(sources: &[Source], options: &Options) -> check::Checked {
    let catalog = load(&embedded(facts::FOLDERS)).unwrap_or_else(|errors| panic!("{errors:#?}"));
    let table = facts::table().expect("the table is sound");
    check::check(sources, &catalog, &table, options)
}
