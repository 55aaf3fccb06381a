// Package compat runs keepalive's Policy under servers and frameworks that keepalive itself does not depend on: gin, echo,
// chi and fasthttp. It has tests only.
package compat
