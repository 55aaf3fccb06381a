package main

import (
	"net/http"

	"github.com/hotpath-go/hotpath/zerocopy"
	"github.com/labstack/echo/v4"
)

func echoHandler() http.Handler {
	e := echo.New()
	e.GET("/hello/:name", func(c echo.Context) error {
		return c.String(http.StatusOK, "Hello, "+c.Param("name")+"!\n")
	})
	e.GET("/page", func(c echo.Context) error {
		_, err := zerocopy.Reply(c.Response(), c.Request(), page)
		return err
	})
	return e
}
