package libvmifact

import (
	v1 "kubevirt.io/api/core/v1"

	"kubevirt.io/kubevirt/pkg/libvmi"
)

func NewGuestless(opts ...libvmi.Option) *v1.VirtualMachineInstance { return libvmi.New(opts...) }
func NewAlpine(opts ...libvmi.Option) *v1.VirtualMachineInstance    { return libvmi.New(opts...) }
func NewFedora(opts ...libvmi.Option) *v1.VirtualMachineInstance    { return libvmi.New(opts...) }
