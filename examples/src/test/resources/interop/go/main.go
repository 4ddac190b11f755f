// A control plane of go-control-plane's own server and cache, for a test: every line of standard input is a snapshot of
// resources in their JSON form, which everybody is told; refusals are printed, a line each.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"strings"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	endpointv3 "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/router/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	discoveryv3 "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"github.com/envoyproxy/go-control-plane/pkg/cache/types"
	"github.com/envoyproxy/go-control-plane/pkg/cache/v3"
	"github.com/envoyproxy/go-control-plane/pkg/resource/v3"
	"github.com/envoyproxy/go-control-plane/pkg/server/v3"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

const everybody = "everybody"

type group struct{}

func (group) ID(*corev3.Node) string { return everybody }

type snapshot struct {
	Version   string            `json:"version"`
	Clusters  []json.RawMessage `json:"clusters"`
	Endpoints []json.RawMessage `json:"endpoints"`
	Listeners []json.RawMessage `json:"listeners"`
	Routes    []json.RawMessage `json:"routes"`
}

func read[M proto.Message](from []json.RawMessage, empty func() M) []types.Resource {
	all := []types.Resource{}
	for _, text := range from {
		message := empty()
		if err := protojson.Unmarshal(text, message); err != nil {
			fail(err)
		}
		all = append(all, message)
	}
	return all
}

func refused(typeURL, message string) {
	fmt.Printf("refused %s %s\n", typeURL, strings.ReplaceAll(message, "\n", " "))
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func main() {
	ctx := context.Background()
	snapshots := cache.NewSnapshotCache(true, group{}, nil)
	callbacks := server.CallbackFuncs{
		StreamRequestFunc: func(_ int64, request *discoveryv3.DiscoveryRequest) error {
			if request.GetErrorDetail() != nil {
				refused(request.GetTypeUrl(), request.GetErrorDetail().GetMessage())
			}
			return nil
		},
		StreamDeltaRequestFunc: func(_ int64, request *discoveryv3.DeltaDiscoveryRequest) error {
			if request.GetErrorDetail() != nil {
				refused(request.GetTypeUrl(), request.GetErrorDetail().GetMessage())
			}
			return nil
		},
	}
	grpcServer := grpc.NewServer()
	discoveryv3.RegisterAggregatedDiscoveryServiceServer(grpcServer, server.NewServer(ctx, snapshots, callbacks))
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		fail(err)
	}
	go func() {
		if err := grpcServer.Serve(listener); err != nil {
			fail(err)
		}
	}()
	fmt.Printf("listening %d\n", listener.Addr().(*net.TCPAddr).Port)

	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var next snapshot
		if err := json.Unmarshal(lines.Bytes(), &next); err != nil {
			fail(err)
		}
		made, err := cache.NewSnapshot(next.Version, map[resource.Type][]types.Resource{
			resource.ClusterType:  read(next.Clusters, func() *clusterv3.Cluster { return &clusterv3.Cluster{} }),
			resource.EndpointType: read(next.Endpoints, func() *endpointv3.ClusterLoadAssignment { return &endpointv3.ClusterLoadAssignment{} }),
			resource.ListenerType: read(next.Listeners, func() *listenerv3.Listener { return &listenerv3.Listener{} }),
			resource.RouteType:    read(next.Routes, func() *routev3.RouteConfiguration { return &routev3.RouteConfiguration{} }),
		})
		if err != nil {
			fail(err)
		}
		if err := snapshots.SetSnapshot(ctx, everybody, made); err != nil {
			fail(err)
		}
		fmt.Printf("told %s\n", next.Version)
	}
	grpcServer.Stop()
}
