// Command informer syncs a controller-runtime cache of all Rules and prints time and memory as one JSON line.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"runtime"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/cache"

	"tke.local/bench/item"
)

func main() {
	kubeconfig := flag.String("kubeconfig", "", "path of the kubeconfig")
	flag.Parse()
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	check(err)
	config.QPS = -1
	config.ContentType = "application/json"
	baseline := heap()
	start := time.Now()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	mapper := meta.NewDefaultRESTMapper(nil)
	mapper.Add(item.RuleGroupVersion.WithKind("Rule"), meta.RESTScopeRoot)
	informers, err := cache.New(config, cache.Options{
		Scheme: item.Scheme(), Mapper: mapper, DefaultTransform: cache.TransformStripManagedFields(),
	})
	check(err)
	_, err = informers.GetInformer(ctx, &item.Rule{})
	check(err)
	go func() { check(informers.Start(ctx)) }()
	if !informers.WaitForCacheSync(ctx) {
		os.Exit(1)
	}
	seconds := time.Since(start).Seconds()
	var list item.RuleList
	check(informers.List(ctx, &list))
	count := len(list.Items)
	list = item.RuleList{}
	check(json.NewEncoder(os.Stdout).Encode(map[string]any{
		"objects": count, "seconds": seconds, "heapBytes": heap() - baseline, "rssKiB": maxRSS(),
	}))
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
