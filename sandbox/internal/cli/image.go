package cli

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/kudoc/kudoc/sandbox/internal/cluster"
	"github.com/kudoc/kudoc/sandbox/internal/image"
)

func newImageCmd(s Streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "image",
		Short: "Make images for a real node without a registry",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newImageBuildCmd(s), newImageListCmd(s), newImageLoadCmd(s))
	return cmd
}

func newImageBuildCmd(s Streams) *cobra.Command {
	var programs []string
	cmd := &cobra.Command{
		Use:   "build [NAME...]",
		Short: "Build images that the cache lacks",
		Long: `Build images from Debian packages, Maven artifacts and programs of this machine,
and keep them in kudoc/images in the user's cache folder. What is built already
is not built again. Names: ` + recipeNames() + `; mariadb means all its
versions, no name means everything. Needs mmdebstrap for Debian packages, mvn for
Java archives and go for the pause image.`,
		Example: "  sandbox image build zookeeper kafka mariadb\n  sandbox image build --from-program docker.io/kudoc/kudoc-controller:dev=bin/kudoc-controller,bin/kudoc",
		RunE: func(cmd *cobra.Command, args []string) error {
			recipes, err := chooseRecipes(args, programs)
			if err != nil {
				return fmt.Errorf("image build: %w", err)
			}
			cache, err := image.DefaultCache()
			if err != nil {
				return err
			}
			if err := cache.Build(cmd.Context(), recipes, s.Err); err != nil {
				return fmt.Errorf("image build: %w", err)
			}
			return nil
		},
	}
	cmd.Flags().StringArrayVar(&programs, "from-program", nil, "REF=PATH[,PATH...]: an image REF of static programs; it runs the first, as user 65532")
	return cmd
}

func recipeNames() string {
	var names []string
	for _, r := range image.Recipes() {
		names = append(names, r.Name)
	}
	return strings.Join(names, ", ")
}

// chooseRecipes takes names and programs; programs alone mean nothing else.
func chooseRecipes(names, programs []string) ([]image.Recipe, error) {
	var recipes []image.Recipe
	if len(names) > 0 || len(programs) == 0 {
		chosen, err := image.Select(names)
		if err != nil {
			return nil, err
		}
		recipes = chosen
	}
	for _, p := range programs {
		recipe, err := programRecipe(p)
		if err != nil {
			return nil, err
		}
		recipes = append(recipes, recipe)
	}
	return recipes, nil
}

func programRecipe(arg string) (image.Recipe, error) {
	ref, paths, found := strings.Cut(arg, "=")
	if !found || ref == "" || paths == "" {
		return image.Recipe{}, fmt.Errorf("--from-program=%s: write REF=PATH", arg)
	}
	if err := image.CheckRef(ref); err != nil {
		return image.Recipe{}, fmt.Errorf("--from-program=%s: %w", arg, err)
	}
	var programs []image.Program
	for path := range strings.SplitSeq(paths, ",") {
		p, err := program(path)
		if err != nil {
			return image.Recipe{}, fmt.Errorf("--from-program=%s: %w", arg, err)
		}
		if slices.ContainsFunc(programs, func(o image.Program) bool { return filepath.Base(o.Path) == filepath.Base(p.Path) }) {
			return image.Recipe{}, fmt.Errorf("--from-program=%s: two programs are called %s: rename one", arg, filepath.Base(p.Path))
		}
		programs = append(programs, p)
	}
	return image.FromPrograms(ref, programs), nil
}

func program(path string) (image.Program, error) {
	if path == "" {
		return image.Program{}, errors.New("a path is empty: write REF=PATH,PATH")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return image.Program{}, err
	}
	if err := image.CheckProgram(path); err != nil {
		return image.Program{}, err
	}
	digest, err := image.FileDigest(path)
	return image.Program{Path: path, Digest: digest}, err
}

func newImageListCmd(s Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the images that are built",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			cache, err := image.DefaultCache()
			if err != nil {
				return err
			}
			images, err := cache.List()
			if err != nil {
				return fmt.Errorf("image list: %w", err)
			}
			t := tabwriter.NewWriter(s.Out, 0, 0, 2, ' ', 0)
			for _, i := range images {
				if _, err := fmt.Fprintf(t, "%s\t%s\t%d MB\n", i.Name, i.Ref, (i.Size()+1<<20-1)>>20); err != nil {
					return err
				}
			}
			return t.Flush()
		},
	}
}

func newImageLoadCmd(s Streams) *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "load FILE.tar|NAME...",
		Short: "Bring images into the running real node",
		Long: `Bring images into the running real node: archives as docker save writes them,
folders of archives, or images that are built, by name or reference.
Prints the names of all images of the node.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir, err := resolveDir(dir)
			if err != nil {
				return err
			}
			refs, err := cluster.LoadImages(cmd.Context(), dir, args, s.Err)
			if errors.Is(err, cluster.ErrNotRunning) {
				err = fmt.Errorf("%w, with --node=real", err)
			}
			if err != nil {
				return fmt.Errorf("image load: %w", err)
			}
			slices.Sort(refs)
			_, err = fmt.Fprintln(s.Out, strings.Join(refs, "\n"))
			return err
		},
	}
	addDir(cmd, &dir)
	return cmd
}
