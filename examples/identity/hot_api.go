package main

import (
	"errors"
	"net/http"

	"github.com/hotpath-go/hotpath/codec"
	"github.com/hotpath-go/hotpath/zerocopy"
)

func (s *hot) register(w http.ResponseWriter, r *http.Request) error {
	in := s.registrations.Get()
	defer in.Put()
	if err := s.reader.Read(w, r, in.Value()); err != nil {
		return bodyError(err)
	}
	u, err := s.Register(r.Context(), Registration(*in.Value()))
	if err != nil {
		return err
	}
	view := userJSON(u.view())
	w.Header().Set("Location", "/v1/users/"+u.ID)
	return s.answer(w, http.StatusCreated, &view)
}

func (s *hot) login(w http.ResponseWriter, r *http.Request) error {
	in := s.credentials.Get()
	defer in.Put()
	if err := s.reader.Read(w, r, in.Value()); err != nil {
		return bodyError(err)
	}
	out, err := s.Login(r.Context(), Credentials(*in.Value()), remoteHost(r.RemoteAddr))
	if err != nil {
		return err
	}
	w.Header()["Cache-Control"] = noStore
	return s.answer(w, http.StatusCreated, (*loginJSON)(&out))
}

// Header values shared by all answers, which Header.Set would give a slice each. Nobody may change them; appending to
// one copies, since it is full.
var (
	noStore  = []string{"no-store"}
	jsonType = []string{"application/json"}
)

func (s *hot) session(w http.ResponseWriter, r *http.Request) error {
	token, _ := bearerToken(r.Header["Authorization"])
	id, err := s.Session(r.Context(), token)
	if err != nil {
		return err
	}
	w.Header()["Cache-Control"] = noStore
	return s.answer(w, http.StatusOK, (*identityJSON)(id))
}

func (s *hot) logout(w http.ResponseWriter, r *http.Request) error {
	token, _ := bearerToken(r.Header["Authorization"])
	if err := s.Logout(r.Context(), token); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *hot) user(w http.ResponseWriter, r *http.Request) error {
	token, _ := bearerToken(r.Header["Authorization"])
	u, err := s.User(r.Context(), token, r.PathValue("id"))
	if err != nil {
		return err
	}
	w.Header()["Cache-Control"] = noStore
	return s.answer(w, http.StatusOK, (*userJSON)(&u))
}

func (s *hot) recentLogins(w http.ResponseWriter, r *http.Request) error {
	limit, err := auditLimit(r.URL.Query().Get("limit")) // FormValue would read a body, too
	if err != nil {
		return err
	}
	token, _ := bearerToken(r.Header["Authorization"])
	out, err := s.RecentLogins(r.Context(), token, limit)
	if err != nil {
		return err
	}
	w.Header()["Cache-Control"] = noStore
	return s.answer(w, http.StatusOK, (*auditJSON)(&out))
}

// asset sends a whole file with sendfile, and a page from memory beside its header. Conditions and ranges are net/http's.
func (s *hot) asset(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("path")
	asset, err := s.assets.Open(name)
	if err != nil {
		return err
	}
	defer asset.Close()
	allowAsset(w)
	if conditional(r.Header) {
		serveAsset(w, r, name, &asset)
		return nil
	}
	h := w.Header()
	describeAsset(h, &asset)
	h.Set("Accept-Ranges", "bytes")
	if !asset.ModTime.IsZero() {
		h.Set("Last-Modified", asset.ModTime.UTC().Format(http.TimeFormat))
	}
	content := zerocopy.Bytes(asset.Bytes)
	if asset.File != nil {
		content = zerocopy.File(asset.File, 0, asset.Size)
	}
	if _, err := zerocopy.Reply(w, r, zerocopy.NewBody(content)); errors.Is(err, zerocopy.ErrShortFile) {
		s.log.Error("static file changed while it was sent", "name", name, "error", err)
		panic(http.ErrAbortHandler) // the client must not take what it got for the file
	}
	return nil
}

func conditional(h http.Header) bool {
	for _, name := range [...]string{"Range", "If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since", "If-Range"} {
		if len(h[name]) > 0 {
			return true
		}
	}
	return false
}

// answer returns the error of encoding, when nothing has been sent. That of writing is the client's: it has gone.
func (s *hot) answer(w http.ResponseWriter, status int, v codec.Appender) error {
	w.Header()["Content-Type"] = jsonType
	err := codec.Write(w, status, v)
	if errors.Is(err, codec.ErrUnsupportedValue) {
		return err
	}
	return nil
}

func (s *hot) fail(w http.ResponseWriter, r *http.Request, err error) {
	problem := problemOf(err, w.Header())
	if problem.Status == http.StatusInternalServerError {
		s.log.Error("request", "path", r.URL.Path, "error", err)
	}
	w.Header().Set("Content-Type", problemType)
	codec.Write(w, problem.Status, (*problemJSON)(&problem))
}

// bodyError gives codec's errors the answers the service has for them.
func bodyError(err error) error {
	switch {
	case errors.Is(err, codec.ErrTooLarge):
		return ErrTooLarge
	case errors.Is(err, codec.ErrContentType):
		return ErrMediaType
	}
	return ErrBadJSON
}
