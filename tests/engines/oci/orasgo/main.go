// Command orasgo pushes and pulls one file with the library of the program oras.
//
//	orasgo push HOST/NAME:TAG ARTIFACT-TYPE FILE MEDIA-TYPE
//	orasgo pull HOST/NAME:TAG FOLDER
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2"
	"oras.land/oras-go/v2/content/file"
	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/credentials"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, said []string) error {
	place, err := remote.NewRepository(said[1])
	if err != nil {
		return err
	}
	store, err := credentials.NewStoreFromDocker(credentials.StoreOptions{})
	if err != nil {
		return err
	}
	place.PlainHTTP = true
	place.Client = &auth.Client{Credential: credentials.Credential(store), Cache: auth.NewCache()}
	tag := place.Reference.Reference
	if said[0] == "pull" {
		files, err := file.New(said[2])
		if err != nil {
			return err
		}
		defer files.Close()
		_, err = oras.Copy(ctx, place, tag, files, tag, oras.DefaultCopyOptions)
		return err
	}
	files, err := file.New(filepath.Dir(said[3]))
	if err != nil {
		return err
	}
	defer files.Close()
	layer, err := files.Add(ctx, filepath.Base(said[3]), said[4], "")
	if err != nil {
		return err
	}
	made, err := oras.PackManifest(ctx, files, oras.PackManifestVersion1_1, said[2],
		oras.PackManifestOptions{Layers: []ocispec.Descriptor{layer}})
	if err != nil {
		return err
	}
	if err := files.Tag(ctx, made, tag); err != nil {
		return err
	}
	_, err = oras.Copy(ctx, files, tag, place, tag, oras.DefaultCopyOptions)
	return err
}
