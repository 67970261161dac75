// Command reconcile marks every Item Ready through a controller-runtime controller and prints time and memory as one JSON line.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"

	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"tke.local/bench/item"
)

type reconciler struct {
	client  client.Client
	started atomic.Int64
	ready   atomic.Int64
	total   int64
	done    context.CancelFunc
}

func (r *reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	r.started.CompareAndSwap(0, time.Now().UnixNano())
	var object item.Item
	if err := r.client.Get(ctx, request.NamespacedName, &object); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if apimeta.IsStatusConditionTrue(object.Status.Conditions, "Ready") {
		return ctrl.Result{}, nil
	}
	before := object.DeepCopy()
	object.Status.ObservedGeneration = object.Generation
	apimeta.SetStatusCondition(&object.Status.Conditions, metav1.Condition{
		Type: "Ready", Status: metav1.ConditionTrue, Reason: "Reconciled", Message: "payload read", ObservedGeneration: object.Generation,
	})
	if err := r.client.Status().Patch(ctx, &object, client.MergeFrom(before)); err != nil {
		return ctrl.Result{}, err
	}
	if r.ready.Add(1) == r.total {
		r.done()
	}
	return ctrl.Result{}, nil
}

func main() {
	// controller-runtime puts a flag named kubeconfig into the global set.
	flags := flag.NewFlagSet("reconcile", flag.ExitOnError)
	kubeconfig := flags.String("kubeconfig", "", "path of the kubeconfig")
	workers := flags.Int("workers", 10, "concurrent reconciles")
	total := flags.Int64("total", 10000, "how many Items to make ready")
	check(flags.Parse(os.Args[1:]))
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	check(err)
	config.QPS = -1
	begin := time.Now()
	ctx, cancel := context.WithCancel(context.Background())
	manager, err := ctrl.NewManager(config, ctrl.Options{
		Scheme:  item.Scheme(),
		Metrics: server.Options{BindAddress: "0"},
		Cache:   cache.Options{DefaultTransform: cache.TransformStripManagedFields()},
	})
	check(err)
	r := &reconciler{client: manager.GetClient(), total: *total, done: cancel}
	check(ctrl.NewControllerManagedBy(manager).For(&item.Item{}).
		WithOptions(controller.Options{MaxConcurrentReconciles: *workers}).Complete(r))
	check(manager.Start(ctx))
	seconds := time.Since(time.Unix(0, r.started.Load())).Seconds()
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	check(json.NewEncoder(os.Stdout).Encode(map[string]any{
		"reconciles": r.ready.Load(), "seconds": seconds, "startSeconds": time.Unix(0, r.started.Load()).Sub(begin).Seconds(),
		"heapBytes": stats.HeapAlloc, "rssKiB": usage.Maxrss,
	}))
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
