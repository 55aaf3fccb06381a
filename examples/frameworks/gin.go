package main

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/hotpath-go/hotpath/zerocopy"
)

func ginHandler() http.Handler {
	gin.SetMode(gin.ReleaseMode)
	g := gin.New() // not Default: recovery and log stand around it
	g.GET("/hello/:name", func(c *gin.Context) {
		c.String(http.StatusOK, "Hello, %s!\n", c.Param("name"))
	})
	g.GET("/page", func(c *gin.Context) {
		zerocopy.Reply(c.Writer, c.Request, page)
	})
	return g
}
