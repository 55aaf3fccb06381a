package main

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/hotpath-go/hotpath/codec"
)

func echoServer(s *store) http.Handler {
	e := echo.New()
	e.JSONSerializer = echoJSON{}
	e.GET("/events", func(c echo.Context) error { return c.JSON(http.StatusOK, s.page()) })
	e.POST("/events", func(c echo.Context) error {
		var event Event
		if err := c.Bind(&event); err != nil {
			return err
		}
		s.add(event)
		return c.JSON(http.StatusCreated, &event)
	})
	return e
}

// echoJSON is an echo.JSONSerializer: generated types by codec, all others as
// echo does it. Generated methods are on the pointer: give c.JSON a pointer.
type echoJSON struct{ echo.DefaultJSONSerializer }

func (j echoJSON) Serialize(c echo.Context, v any, indent string) error {
	a, ok := v.(codec.Appender)
	if !ok || indent != "" {
		return j.DefaultJSONSerializer.Serialize(c, v, indent)
	}
	return codec.Write(c.Response(), c.Response().Status, a)
}

func (j echoJSON) Deserialize(c echo.Context, v any) error {
	d, ok := v.(codec.Decodable)
	if !ok {
		return j.DefaultJSONSerializer.Deserialize(c, v)
	}
	if err := codec.Read(c.Response(), c.Request(), d, bodyLimit); err != nil {
		return echo.NewHTTPError(codec.Status(err), codec.ProblemFor(err)).SetInternal(err)
	}
	return nil
}
