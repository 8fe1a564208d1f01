package tests

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"kubevirt.io/kubevirt/tests/libvmifact"
)

var _ = Describe("status", func() {
	It("reads", func() {
		vmi := libvmifact.NewFedora()
		vmi, err := client().VirtualMachineInstance("ns").Get(context.Background(), vmi.Name, metav1.GetOptions{})
		Expect(err).ToNot(HaveOccurred())
		Expect(vmi.Name).ToNot(BeEmpty())
	})
})
