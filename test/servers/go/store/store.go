// Package store keeps values in files.
package store

import (
	"os"
	"path/filepath"
	"sync"
)

type Store struct {
	mu  sync.Mutex
	dir string
}

func Open(dir string) *Store { return &Store{dir: dir} }

func (s *Store) Put(key, value string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := os.Create(filepath.Join(s.dir, key))
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteString(value)
	return err
}

func (s *Store) Get(key string) (string, error) {
	b, err := os.ReadFile(filepath.Join(s.dir, key))
	return string(b), err
}

// Each calls f with every key.
func Each[T any](s *Store, f func(name string) T) []T {
	var all []T
	list, _ := os.ReadDir(s.dir)
	for _, e := range list {
		all = append(all, f(e.Name()))
	}
	return all
}
