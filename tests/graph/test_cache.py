"""What fits is kept, what was not asked for the longest makes room, and what may change each time is not kept."""

from orgatlas.graph.cache import LARGEST, Cache


def test_what_was_put_is_there_until_it_has_to_make_room() -> None:
    cache: Cache[int] = Cache(100)
    for number in range(12):
        cache.put(f"key {number:2}".encode(), number, 14)  # 20 bytes with its key
        assert cache.get(b"key  0") == 0  # asked for each time
    assert [number for number in range(12) if cache.get(f"key {number:2}".encode()) is not None] == [0, 8, 9, 10, 11]


def test_what_is_too_large_or_changes_each_time_is_not_kept() -> None:
    cache: Cache[str] = Cache(2 * LARGEST)
    cache.put(b"large", "", LARGEST)
    for key in (b"SELECT (RAND() AS ?r) {}", b"select (now() as ?t) {}", b"SELECT (\\\\u0052AND() AS ?r) {}"):
        cache.put(key, "", 1)
        assert cache.get(key) is None
    assert cache.get(b"large") is None


def test_a_cache_without_room_keeps_nothing_and_a_cleared_one_has_room_again() -> None:
    nothing: Cache[int] = Cache(0)
    nothing.put(b"a", 1, 1)
    assert nothing.get(b"a") is None
    cache: Cache[int] = Cache(10)
    cache.put(b"a", 1, 9)
    cache.clear()
    cache.put(b"b", 2, 9)
    assert (cache.get(b"a"), cache.get(b"b")) == (None, 2)
