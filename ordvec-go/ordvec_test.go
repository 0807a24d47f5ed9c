package ordvec

import (
	"errors"
	"math"
	"math/bits"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

var corpus, asked = vectors(rows, 1), vectors(3, 2)

// expectedScores gives the score of every row for one query, by the definition.
func expectedScores(kind Kind, query []float32) []float64 {
	scores := make([]float64, rows)
	norm := 0.0
	for _, value := range query {
		norm += float64(value) * float64(value)
	}
	for row := range scores {
		vector := corpus[row*dim : (row+1)*dim]
		if kind == KindBitmap {
			scores[row] = float64(bits.OnesCount64(topBits(vector) & topBits(query)))
			continue
		}
		for i, rank := range ranks(vector) {
			scores[row] += float64(query[i]) * (float64(rank*4/dim) - 1.5)
		}
		scores[row] /= math.Sqrt(norm) * math.Sqrt(dim*15.0/12.0)
	}
	return scores
}

func both(t *testing.T, test func(t *testing.T, index *Index, kind Kind)) {
	t.Run("RankQuant", func(t *testing.T) {
		test(t, load(t, "a.ovrq", rankQuantFile(corpus)), KindRankQuant)
	})
	t.Run("Bitmap", func(t *testing.T) {
		test(t, load(t, "a.ovbm", bitmapFile(corpus)), KindBitmap)
	})
}

// checkRow checks scores against the definition and their order.
func checkRow(t *testing.T, scores []float32, ids []int64, expected []float64) {
	t.Helper()
	for i, id := range ids {
		if math.Abs(float64(scores[i])-expected[id]) > 1e-4 {
			t.Errorf("row %d: expected score %g, found %g", id, expected[id], scores[i])
		}
		if i > 0 && (scores[i] > scores[i-1] || scores[i] == scores[i-1] && id < ids[i-1]) {
			t.Errorf("place %d: (%g, %d) after (%g, %d)", i, scores[i], id, scores[i-1], ids[i-1])
		}
	}
}

func TestSearchFollowsTheDefinition(t *testing.T) {
	both(t, func(t *testing.T, index *Index, kind Kind) {
		found, err := index.Search(asked, rows+5)
		if err != nil || found.Width != rows {
			t.Fatalf("width %d, error %v", found.Width, err)
		}
		for q := 0; q < 3; q++ {
			from, to := q*rows, (q+1)*rows
			checkRow(t, found.Scores[from:to], found.IDs[from:to],
				expectedScores(kind, asked[q*dim:(q+1)*dim]))
		}
	})
}

func TestSubsetKeepsDuplicatesAndOrder(t *testing.T) {
	both(t, func(t *testing.T, index *Index, kind Kind) {
		found, err := index.SearchSubset(asked[:dim], []uint32{7, 2, 7}, 10)
		if err != nil || found.Width != 3 || len(found.IDs) != 3 {
			t.Fatalf("%v, error %v", found, err)
		}
		expected := expectedScores(kind, asked[:dim])
		for i, id := range found.IDs {
			if math.Abs(float64(found.Scores[i])-expected[id]) > 1e-4 || id != 7 && id != 2 {
				t.Errorf("%v", found)
			}
		}
		empty, err := index.SearchSubset(asked, nil, 10)
		if err != nil || empty.Width != 0 || len(empty.IDs) != 0 {
			t.Errorf("an empty subset gave %v, error %v", empty, err)
		}
	})
}

func TestEmptyShapes(t *testing.T) {
	both(t, func(t *testing.T, index *Index, _ Kind) {
		if found, err := index.Search(nil, 4); err != nil || len(found.IDs) != 0 || found.Width != 4 {
			t.Errorf("no queries gave %v, error %v", found, err)
		}
		if found, err := index.Search(asked, 0); err != nil || found.Width != 0 {
			t.Errorf("k = 0 gave %v, error %v", found, err)
		}
	})
}

func TestInfoAndMetadataAgree(t *testing.T) {
	path := write(t, "a.ovrq", rankQuantFile(corpus))
	metadata, err := ReadMetadata(path)
	expected := Metadata{KindRankQuant, 1, dim, 2, 0, rows, dim / 4, 14 + rows*dim/4}
	if err != nil || metadata != expected {
		t.Errorf("expected %+v, found %+v, error %v", expected, metadata, err)
	}
	index, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	defer index.Close()
	info, err := index.Info()
	if want := (Info{KindRankQuant, dim, 2, 0, rows, dim / 4, rows * dim / 4}); err != nil || info != want {
		t.Errorf("expected %+v, found %+v, error %v", want, info, err)
	}
	if version := LibraryVersion(); strings.Count(version, ".") != 2 {
		t.Errorf("library version %q", version)
	}
}

// refused checks that err is an *Error of this status whose sentence has the word.
func refused(t *testing.T, err error, status Status, word string) {
	t.Helper()
	var failure *Error
	if !errors.As(err, &failure) || failure.Status != status || !strings.Contains(err.Error(), word) {
		t.Errorf("expected status %d and %q, found %v", status, word, err)
	}
}

func TestBadFilesAreRefused(t *testing.T) {
	whole := rankQuantFile(corpus)
	_, err := Load(filepath.Join(t.TempDir(), "missing"))
	refused(t, err, StatusIO, "missing")
	_, err = Load(write(t, "cut", whole[:len(whole)-1]))
	refused(t, err, StatusInvalidData, "truncated")
	_, err = Load(write(t, "foreign", []byte("no index file at all")))
	refused(t, err, StatusInvalidData, "magic")
	_, err = Load(write(t, "composition", append(whole[:len(whole)-16:len(whole)-16], make([]byte, 16)...)))
	refused(t, err, StatusInvalidData, "composition")
	sign := append([]byte("OVSB\x01"), dim, 0, 0, 0, 0, 0, 0, 0)
	_, err = Load(write(t, "a.ovsb", sign))
	refused(t, err, StatusUnsupported, ".ovsb")
	_, err = Load("nul\x00inside")
	refused(t, err, StatusInvalidArgument, "NUL")
	_, err = ReadMetadata(filepath.Join(t.TempDir(), "missing"))
	refused(t, err, StatusIO, "missing")
}

func TestBadArgumentsAreRefused(t *testing.T) {
	both(t, func(t *testing.T, index *Index, _ Kind) {
		_, err := index.Search(asked[:dim-1], 1)
		refused(t, err, StatusInvalidArgument, "dimension")
		_, err = index.Search(asked, -1)
		refused(t, err, StatusInvalidArgument, "k:")
		_, err = index.SearchSubset(asked, []uint32{0, rows}, 1)
		refused(t, err, StatusOutOfRange, "out of range")
		broken := append([]float32(nil), asked...)
		broken[5] = float32(math.NaN())
		_, err = index.Search(broken, 1)
		refused(t, err, StatusInvalidArgument, "finite")
	})
}

func TestCallsAfterCloseReturnErrClosed(t *testing.T) {
	both(t, func(t *testing.T, index *Index, _ Kind) {
		if err := index.Close(); err != nil {
			t.Fatal(err)
		}
		_, searched := index.Search(asked, 1)
		_, subset := index.SearchSubset(asked, nil, 1)
		_, described := index.Info()
		for _, err := range []error{searched, subset, described, index.Close()} {
			if !errors.Is(err, ErrClosed) {
				t.Errorf("expected ErrClosed, found %v", err)
			}
		}
	})
	var never Index
	if _, err := never.Search(asked, 1); !errors.Is(err, ErrClosed) {
		t.Errorf("a zero Index: expected ErrClosed, found %v", err)
	}
}

// Many goroutines search while others close: each call ends in the right answer or in ErrClosed.
func TestSearchesRaceWithClose(t *testing.T) {
	both(t, func(t *testing.T, index *Index, _ Kind) {
		expected, err := index.Search(asked, 5)
		if err != nil {
			t.Fatal(err)
		}
		var group, searching sync.WaitGroup
		closed := make(chan error, 2)
		for worker := 0; worker < 8; worker++ {
			group.Add(1)
			searching.Add(1)
			go func() {
				defer group.Done()
				for round := 0; ; round++ {
					if round == 1 {
						searching.Done()
					}
					found, err := index.Search(asked, 5)
					if errors.Is(err, ErrClosed) {
						return
					}
					if err != nil || found.IDs[0] != expected.IDs[0] {
						t.Errorf("round %d: %v, error %v", round, found, err)
					}
				}
			}()
		}
		searching.Wait()
		for closer := 0; closer < 2; closer++ {
			go func() { closed <- index.Close() }()
		}
		one, other := <-closed, <-closed
		if (one == nil) == (other == nil) {
			t.Errorf("expected one Close to succeed, found %v and %v", one, other)
		}
		group.Wait()
	})
}

// The library keeps its sentence per OS thread; each goroutine must see its own.
func TestErrorsBelongToTheirGoroutine(t *testing.T) {
	var group sync.WaitGroup
	for worker := 0; worker < 8; worker++ {
		name := strings.Repeat(string(rune('a'+worker)), 12)
		group.Add(1)
		go func() {
			defer group.Done()
			for round := 0; round < 100; round++ {
				_, err := Load(name)
				refused(t, err, StatusIO, name)
				runtime.Gosched()
			}
		}()
	}
	group.Wait()
}
