import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eeipu_kfp.core.space import Categorical, Float, Int, Space
from eeipu_kfp.core.values import Configuration
from eeipu_kfp.search.encoding import Encoding

finite = st.floats(-1e6, 1e6, allow_nan=False)
DOMAINS = st.one_of(
    st.tuples(finite, st.floats(1e-3, 1e6)).map(lambda t: Float(t[0], t[0] + t[1])),
    st.tuples(st.floats(1e-9, 1.0), st.floats(1.5, 1e6)).map(
        lambda t: Float(t[0], t[0] * t[1], log=True)
    ),
    st.tuples(st.integers(-50, 50), st.integers(1, 40)).map(
        lambda t: Float(t[0] / 10, (t[0] + t[1]) / 10, step=0.1)
    ),
    st.tuples(st.integers(-1000, 1000), st.integers(1, 1000)).map(lambda t: Int(t[0], t[0] + t[1])),
    st.tuples(st.integers(-9, 9), st.integers(1, 20), st.integers(1, 7)).map(
        lambda t: Int(t[0], t[0] + t[1] * t[2], step=t[2])
    ),
    st.tuples(st.integers(1, 50), st.integers(1, 5000)).map(
        lambda t: Int(t[0], t[0] + t[1], log=True)
    ),
    st.integers(1, 6).map(lambda n: Categorical(tuple(f"choice {i}" for i in range(n)))),
    st.just(Categorical((False, True))),
    st.just(Categorical((1, 1.0, "1", [1]))),
)
SPACES = st.lists(DOMAINS, min_size=1, max_size=5).map(
    lambda domains: Space({f"p{i}": domain for i, domain in enumerate(domains)})
)


@given(space=SPACES, seed=st.integers(0, 10_000))
def test_every_point_of_the_cube_decodes_to_an_allowed_configuration(space, seed):
    encoding = Encoding(space)
    for point in np.random.default_rng(seed).random((5, encoding.dimension)):
        assert space.contains(encoding.decode(point))


@given(space=SPACES, seed=st.integers(0, 10_000))
def test_a_decoded_configuration_comes_back_to_its_own_point(space, seed):
    encoding = Encoding(space)
    points = np.random.default_rng(seed).random((5, encoding.dimension))

    configurations = [encoding.decode(point) for point in points]
    encoded = encoding.encode(configurations)

    assert encoded == pytest.approx(encoding.snap(points), abs=1e-6)
    assert encoding.snap(encoded) == pytest.approx(encoded, abs=1e-9)


@given(space=SPACES, seed=st.integers(0, 10_000))
def test_discrete_values_survive_the_round_trip_exactly(space, seed):
    encoding = Encoding(space)
    point = np.random.default_rng(seed).random(encoding.dimension)
    configuration = encoding.decode(point)

    again = encoding.decode(encoding.encode([configuration])[0])

    for name, domain in space.items():
        if domain.count is not None:
            assert repr(again[name]) == repr(configuration[name])


@given(space=SPACES, seed=st.integers(0, 10_000))
def test_spread_points_are_allowed_points(space, seed):
    encoding = Encoding(space)
    points = encoding.spread(np.random.default_rng(seed).random((5, len(space))))

    assert np.all((points >= -1e-12) & (points <= 1 + 1e-12))
    assert points == pytest.approx(encoding.snap(points), abs=1e-9)


@pytest.mark.parametrize(
    "domain",
    [Int(1, 4), Float(0.0, 0.3, step=0.1), Categorical(("a", "b", "c", "d"))],
    ids=["int", "stepped", "choice"],
)
def test_every_value_of_a_grid_gets_the_same_share(domain):
    encoding = Encoding(Space({"p": domain}))
    quantiles = (np.arange(400)[:, None] + 0.5) / 400

    values = [repr(encoding.decode(point)) for point in encoding.spread(quantiles)]

    assert sorted(values.count(value) for value in set(values)) == [100] * 4


def test_a_logarithmic_range_is_even_in_the_logarithm():
    encoding = Encoding(Space({"rate": Float(1e-4, 1e-2, log=True)}))

    assert encoding.decode(np.array([0.5]))["rate"] == pytest.approx(1e-3)


@pytest.mark.parametrize(
    ("choices", "width"),
    [(("a",), 1), (("a", "b"), 1), (("a", "b", "c"), 3)],
    ids=["one", "two", "three"],
)
def test_a_choice_of_two_needs_one_column_and_more_need_one_each(choices, width):
    assert Encoding(Space({"p": Categorical(choices)})).dimension == width


def test_columns_of_names_beyond_the_space_are_left_out():
    encoding = Encoding(Space({"a": Categorical(("x", "y", "z")), "b": Int(0, 5)}))

    assert encoding.columns_of(("b", "epochs")) == (3,)
    assert encoding.columns_of(("a", "b")) == (0, 1, 2, 3)


def test_nothing_encodes_to_no_rows():
    assert Encoding(Space({"a": Int(0, 5)})).encode([]).shape == (0, 1)


def test_choices_that_differ_in_type_alone_are_told_apart():
    encoding = Encoding(Space({"a": Categorical((1, 1.0, True))}))

    points = encoding.encode([Configuration({"a": value}) for value in (1, 1.0, True)])

    assert points.tolist() == np.eye(3).tolist()
