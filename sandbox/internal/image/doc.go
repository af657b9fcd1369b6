// Package image makes the images that a sandbox's real node runs, without a
// registry: from Debian packages, Maven artifacts and programs of this machine.
//
//	Recipes   what each image is made of (recipe.go): pure data
//	Build     makes the layers that are missing, side by side, and notes the images
//	Cache     where layers and images are kept, by the digest of their recipe
//	Archive   writes one image in the form that docker save has
//
// The images honour what people rely on in the official ones of the same name:
// paths, users, environment variables and scripts.
package image
