// Runs the controller of the MPI operator, without an election and the port of its health check.
package main

import (
	"context"
	"flag"
	"log"
	"os/signal"
	"syscall"

	kubeinformers "k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubeflow/mpi-operator/cmd/mpi-operator/app/options"
	"github.com/kubeflow/mpi-operator/pkg/client/clientset/versioned"
	kubeflowscheme "github.com/kubeflow/mpi-operator/pkg/client/clientset/versioned/scheme"
	"github.com/kubeflow/mpi-operator/pkg/client/informers/externalversions"
	"github.com/kubeflow/mpi-operator/pkg/controller"
)

func main() {
	settings := options.NewServerOption()
	settings.AddFlags(flag.CommandLine)
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	must(kubeflowscheme.AddToScheme(clientgoscheme.Scheme))
	config, err := clientcmd.BuildConfigFromFlags("", settings.Kubeconfig)
	must(err)
	config.QPS, config.Burst = 200, 400
	objects, err := kubernetes.NewForConfig(config)
	must(err)
	jobs, err := versioned.NewForConfig(config)
	must(err)
	known := kubeinformers.NewSharedInformerFactoryWithOptions(
		objects, 0, kubeinformers.WithNamespace(settings.Namespace))
	mine := externalversions.NewSharedInformerFactoryWithOptions(
		jobs, 0, externalversions.WithNamespace(settings.Namespace))
	core := known.Core().V1()
	minder, err := controller.NewMPIJobController(
		ctx, objects, jobs, nil, nil, core.ConfigMaps(), core.Secrets(), core.Services(),
		known.Batch().V1().Jobs(), core.Pods(), known.Scheduling().V1().PriorityClasses(),
		mine.Kubeflow().V2beta1().MPIJobs(), settings)
	must(err)
	known.Start(ctx.Done())
	mine.Start(ctx.Done())
	must(minder.Run(1, ctx.Done()))
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
