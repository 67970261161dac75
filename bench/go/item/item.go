// Package item holds the benchmark's custom resources, typed as a Go operator would type them.
package item

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var (
	GroupVersion     = schema.GroupVersion{Group: "bench.tke.local", Version: "v1"}
	RuleGroupVersion = schema.GroupVersion{Group: "auth.tkestack.io", Version: "v1"}
)

type Spec struct {
	Payload string `json:"payload,omitempty"`
}

type Status struct {
	ObservedGeneration int64              `json:"observedGeneration,omitempty"`
	Conditions         []metav1.Condition `json:"conditions,omitempty"`
}

type Item struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              Spec   `json:"spec,omitempty"`
	Status            Status `json:"status,omitempty"`
}

type ItemList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Item `json:"items"`
}

func (in *Item) DeepCopyInto(out *Item) {
	*out = *in
	in.ObjectMeta.DeepCopyInto(&out.ObjectMeta)
	if in.Status.Conditions != nil {
		out.Status.Conditions = make([]metav1.Condition, len(in.Status.Conditions))
		for i := range in.Status.Conditions {
			in.Status.Conditions[i].DeepCopyInto(&out.Status.Conditions[i])
		}
	}
}

func (in *Item) DeepCopy() *Item {
	out := new(Item)
	in.DeepCopyInto(out)
	return out
}

func (in *Item) DeepCopyObject() runtime.Object { return in.DeepCopy() }

func (in *ItemList) DeepCopyObject() runtime.Object {
	out := &ItemList{TypeMeta: in.TypeMeta, ListMeta: in.ListMeta, Items: make([]Item, len(in.Items))}
	for i := range in.Items {
		in.Items[i].DeepCopyInto(&out.Items[i])
	}
	return out
}

type RuleSpec struct {
	PType string `json:"ptype,omitempty"`
	V0    string `json:"v0,omitempty"`
	V1    string `json:"v1,omitempty"`
	V2    string `json:"v2,omitempty"`
	V3    string `json:"v3,omitempty"`
	V4    string `json:"v4,omitempty"`
}

type Rule struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              RuleSpec `json:"spec,omitempty"`
	Status            Status   `json:"status,omitempty"`
}

type RuleList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Rule `json:"items"`
}

func (in *Rule) DeepCopyObject() runtime.Object {
	out := *in
	in.ObjectMeta.DeepCopyInto(&out.ObjectMeta)
	return &out
}

func (in *RuleList) DeepCopyObject() runtime.Object {
	out := *in
	out.Items = append([]Rule(nil), in.Items...)
	return &out
}

func Scheme() *runtime.Scheme {
	scheme := runtime.NewScheme()
	scheme.AddKnownTypes(RuleGroupVersion, &Rule{}, &RuleList{})
	metav1.AddToGroupVersion(scheme, RuleGroupVersion)
	scheme.AddKnownTypes(GroupVersion, &Item{}, &ItemList{})
	metav1.AddToGroupVersion(scheme, GroupVersion)
	return scheme
}
