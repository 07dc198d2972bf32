// A server of lines: PUT key value, GET key, LIST. Its argument is the folder that it keeps values in.
package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"strings"

	"demo/store"
)

type server struct{ store *store.Store }

func (s *server) serve(c net.Conn) {
	defer c.Close()
	r := bufio.NewReader(c)
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		s.dispatch(c, strings.Fields(line))
	}
}

func (s *server) dispatch(c net.Conn, words []string) {
	switch {
	case len(words) == 3 && words[0] == "PUT":
		fmt.Fprintln(c, s.store.Put(words[1], words[2]))
	case len(words) == 2 && words[0] == "GET":
		value, _ := s.store.Get(words[1])
		fmt.Fprintln(c, value)
	case len(words) == 1 && words[0] == "LIST":
		s.list(c)
	default:
		fmt.Fprintln(c, "?")
	}
}

func (s *server) list(c net.Conn) {
	sizes := store.Each(s.store, func(name string) int64 {
		info, err := os.Stat(name)
		if err != nil {
			return 0
		}
		return info.Size()
	})
	fmt.Fprintln(c, len(sizes))
}

func main() {
	s := &server{store.Open(os.Args[1])}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(l.Addr())
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() { s.serve(c) }()
	}
}
