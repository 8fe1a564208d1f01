package tests

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "kubevirt.io/api/core/v1"
	"kubevirt.io/client-go/kubecli"

	"kubevirt.io/kubevirt/tests/libvmifact"
)

func client() kubecli.KubevirtClient { return nil }

var _ = Describe("a machine", func() {
	var vmi *v1.VirtualMachineInstance

	BeforeEach(func() {
		vmi = libvmifact.NewFedora()
	})

	It("should be described", func() {
		_, err := client().VirtualMachineInstance("ns").Get(context.Background(), vmi.Name, metav1.GetOptions{})
		Expect(err).ToNot(HaveOccurred())
	})

	It("should know its users", func() {
		_, err := client().VirtualMachineInstance("ns").UserList(context.Background(), vmi.Name)
		Expect(err).ToNot(HaveOccurred())
	})

	It("should be odd", func() {
		client().VirtualMachineInstance("ns").Tickle(vmi)
	})
})
