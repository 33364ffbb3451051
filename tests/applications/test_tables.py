import csv

import numpy as np
import pytest

from dcgan_tf import applications, shuffled_batches
from dcgan_tf.networks.layers import GumbelSoftmax


def write_payments(path, n=2000):
    """A table of payments that follows rules, with categories and missing numbers."""
    rng = np.random.default_rng(0)
    shop = rng.choice(["food", "travel", "books"], n, p=[0.6, 0.1, 0.3])
    price = np.exp(rng.normal(np.select([shop == "food", shop == "travel"], [3, 6], 2), 0.4))
    online = np.where(rng.uniform(size=n) < np.where(shop == "food", 0.1, 0.9), "yes", "no")
    tip = [
        f"{value:.0f}" if where == "no" else "" for value, where in zip(price, online, strict=True)
    ]
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["shop", "price", "tip", "online"])
        writer.writerows(zip(shop, (f"{value:.2f}" for value in price), tip, online, strict=True))
    return str(path)


def test_rows_are_repeated_and_a_fifth_is_held_out():
    application = applications.load("tables")(seed=0, data="wine")
    assert application.samples.shape == (6400, 13 + 3) and application.samples.dtype == np.float32
    known, held_out = (
        {tuple(row) for row in zip(*(column.values for column in columns), strict=True)}
        for columns in (application.encoder.columns, application.held_out)
    )
    assert len(known) == 143 and len(held_out) == 35 and not known & held_out
    assert len({row.tobytes() for row in application.samples}) == 143
    other = applications.load("tables")(seed=1, data="wine")
    np.testing.assert_array_equal(other.held_out[0].values, application.held_out[0].values)


def test_what_is_missing_has_no_score(tmp_path):
    application = applications.load("tables")(data=write_payments(tmp_path / "payments.csv", 200))
    model = application.build()
    chosen = [layer for layer in model.generator.layers if isinstance(layer, GumbelSoftmax)]
    assert len(chosen) == 3  # the shop, whether there is a tip, and online or not
    vectors = model.generate(500, seed=0)
    scores, shop, gap, online = application.encoder.split(vectors)
    for choice in (shop, gap, online):
        np.testing.assert_allclose(np.sort(choice)[:, -1], 1.0, atol=1e-6)
        np.testing.assert_allclose(choice.sum(axis=1), 1.0, atol=1e-6)
    assert 0 < gap[:, 1].mean() < 1
    np.testing.assert_array_equal(np.abs(scores[:, 1]) < 1e-5, gap[:, 1] > 0.5)
    assert (np.abs(scores[:, 0]) > 1e-5).all()


@pytest.mark.thorough
def test_rules_of_a_table_are_learned(tmp_path):
    """Travel costs more than books, and what is paid online has no tip."""
    application = applications.load("tables")(data=write_payments(tmp_path / "payments.csv"))
    model = application.build()
    batches = shuffled_batches(application.samples, 64, seed=0)
    model.fit(batches, steps_per_epoch=100, epochs=30, shuffle=False, verbose=0)
    application.write_rows(model, tmp_path / "made.csv", 2000)
    with open(tmp_path / "made.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2000 and list(rows[0]) == ["shop", "price", "tip", "online"]
    assert {row["shop"] for row in rows} == {"food", "travel", "books"}
    prices = {
        shop: np.median([float(row["price"]) for row in rows if row["shop"] == shop])
        for shop in ("food", "travel", "books")
    }
    assert prices == pytest.approx({"food": 20.1, "travel": 403, "books": 7.4}, rel=0.35)
    assert np.mean([(row["tip"] == "") == (row["online"] == "yes") for row in rows]) > 0.9
    assert all(len(row["price"].partition(".")[2]) == 2 for row in rows)
    card = application.score(model)
    assert card["associations"].generated < 0.5 * card["associations"].references["columns alone"]


def test_a_table_is_trained_on_sampled_and_refused_by_commands(tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    write_payments(tmp_path / "payments.csv", 100)
    words = ["train", "--application", "tables", "--data", "payments.csv"]
    status, out, _ = command(*words, "--epochs", 1)
    assert status == 0 and "80 rows to train on, and 20 held out" in out
    assert (tmp_path / "runs/tables/extras/rows.csv").exists()
    status, out, _ = command("sample", "runs/tables", "--count", 20_000)
    assert status == 0 and out == "20,000 generated rows: runs/tables/generated.csv\n"
    with open("runs/tables/generated.csv", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 20_001 and rows[0] == ["shop", "price", "tip", "online"]
    assert command("sample", "runs/tables", "--output", "a.png")[0] == 0
    status, _, err = command("sample", "runs/tables", "--output", "a.gif")
    assert status == 2 and "ends in .csv or .png" in err
    write_payments(tmp_path / "payments.csv", 120)
    status, _, err = command("sample", "runs/tables")
    assert status == 2 and "The data has changed since the run began" in err
    assert command("evaluate", "runs/tables")[0] == 2
    (tmp_path / "payments.csv").write_text("1,2\n" * 100)
    status, _, err = command(*words, "--overwrite")
    assert status == 2 and err.count("\n") == 1 and "'1' as the name of column 1" in err
    status, _, err = command(*words, "--image-size", 32, "--overwrite")
    assert status == 2 and "chooses this itself. Received: --image-size" in err
