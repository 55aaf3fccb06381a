// Package bench compares middleware with its peers, in one run, on the same requests.
package bench

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Route is a route all routers get, each in its own syntax.
type Route struct {
	Method, Path string   // the path in ServeMux's syntax
	Wilds        []string // in order
}

// Case is a table and the requests that are made of it, in an order that no branch predictor learns.
type Case struct {
	Name     string
	Routes   []Route
	Requests []Request
}

// Request is what differs between requests.
type Request struct{ Method, Path string }

// Cases are the same in every run: the seed is fixed.
func Cases() []Case {
	return []Case{
		newCase("GitHub API", parse(github()...)),
		newCase("20 parameters", parse("GET /"+strings.Join(names(20), "/"))),
		newCase("10,000 routes", tenThousand()),
		newCase("static", parse(static()...)),
	}
}

func newCase(name string, routes []Route) Case {
	c := Case{Name: name, Routes: routes}
	rnd := rand.New(rand.NewPCG(1, 2))
	for range max(len(routes), 512) {
		r := routes[rnd.IntN(len(routes))]
		c.Requests = append(c.Requests, Request{r.Method, fill(r, rnd)})
	}
	return c
}

func parse(lines ...string) []Route {
	var routes []Route
	for _, l := range lines {
		method, path, _ := strings.Cut(l, " ")
		r := Route{Method: method, Path: path}
		for s := range strings.SplitSeq(path, "/") {
			if strings.HasPrefix(s, "{") {
				r.Wilds = append(r.Wilds, strings.Trim(s, "{}"))
			}
		}
		routes = append(routes, r)
	}
	return routes
}

func fill(r Route, rnd *rand.Rand) string {
	path := r.Path
	for _, name := range r.Wilds {
		path = strings.Replace(path, "{"+name+"}", fmt.Sprintf("v%d", rnd.IntN(1_000_000)), 1)
	}
	return path
}

func names(n int) (out []string) {
	for i := range n {
		out = append(out, fmt.Sprintf("{%c}", 'a'+i))
	}
	return out
}

// tenThousand is a large service: 50 areas of 100 resources, each with a list and a route of two parameters.
func tenThousand() []Route {
	var lines []string
	for area := range 50 {
		for resource := range 100 {
			base := fmt.Sprintf("GET /v1/area%02d/resource%02d", area, resource)
			lines = append(lines, base+"/list", base+"/by/{id}/items/{item}")
		}
	}
	return parse(lines...)
}

// static is a site's pages.
func static() (lines []string) {
	for _, a := range []string{"about", "blog", "cmd", "doc", "pkg", "wiki", "effective_go", "faq", "help", "install"} {
		for _, b := range []string{"", "/index.html", "/articles/go_command.html", "/articles/race_detector.html", "/codewalk/sharemem.xml", "/play/fib.go", "/progs/run.go"} {
			lines = append(lines, "GET /"+a+b)
		}
	}
	return lines
}
