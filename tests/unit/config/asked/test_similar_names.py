"""Which names are one name in two spellings, and which are meant to differ."""

import random
import time

import pytest

from dynamic_alerting.config.asked.similar_names import SimilarNames


@pytest.mark.parametrize(
    ("written", "there"),
    [
        ("db-a", "db_a"),
        ("db-a", "db-A"),
        ("db-a", "DB.a"),
        ("db-a", "dba"),
        ("db-aa", "db-a"),
        ("shop-eu-1", "shop_eu_1"),
        ("payments", "paymnets"),
        ("payments", "paymens"),
        ("payments-eu", "payyments-eu"),
        ("customers", "customrs"),
        ("warehouse-2", "warehause-2"),
        ("shop-order", "shop-orders"),
    ],
)
def test_a_name_that_is_spelled_differently_is_found(written: str, there: str) -> None:
    assert SimilarNames([there, "something-else"]).to(written) == [there]
    assert SimilarNames([written]).to(there) == [written]


@pytest.mark.parametrize(
    ("written", "there"),
    [
        ("db-a", "db-b"),
        ("db-1", "db-11"),
        ("db-01", "db-1"),
        ("shop-eu", "shop-us"),
        ("shop-eu", "shop-eu-2"),
        ("tenant1", "tenant2"),
        ("payments-1", "payments-2"),
        ("team-red", "team-bed"),
        ("test", "text"),
        ("orders-import", "orders-export"),
        ("payments", "payroll"),
        ("shop", "shops"),
        ("a", "b"),
    ],
)
def test_names_that_people_tell_apart_are_not(written: str, there: str) -> None:
    assert SimilarNames([there]).to(written) == []


def test_a_name_is_not_similar_to_itself() -> None:
    assert SimilarNames(["db-a"]).to("db-a") == []


def test_ten_thousand_names_are_compared_in_a_moment() -> None:
    chosen = random.Random(1)
    words = ["".join(chosen.choices("abcdefghij", k=9)) for _ in range(10_000)]
    begun = time.process_time()
    similar = SimilarNames(words)
    for word in words:
        similar.to(word)
    assert time.process_time() - begun < 5
