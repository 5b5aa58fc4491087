import numpy as np
import pytest
from scipy import stats

from eeipu_kfp.search.priors import Gamma, LogNormal, dimension_scaled

PRIORS = [
    (LogNormal(-4.0, 1.0), stats.lognorm(s=1.0, scale=np.exp(-4.0))),
    (Gamma(3.0, 6.0), stats.gamma(3.0, scale=1 / 6.0)),
]


@pytest.mark.parametrize(("prior", "reference"), PRIORS, ids=["log-normal", "gamma"])
def test_the_density_is_the_textbook_one_up_to_a_constant(prior, reference):
    values = np.array([0.01, 0.2, 1.5])

    ours = [prior.log_density(np.log([value]))[0] for value in values]

    assert np.diff(ours) == pytest.approx(np.diff(reference.logpdf(values)))


@pytest.mark.parametrize(("prior", "reference"), PRIORS, ids=["log-normal", "gamma"])
def test_the_mode_is_the_most_likely_value(prior, reference):
    around = reference.pdf(prior.mode * np.array([0.99, 1.0, 1.01]))

    assert around.argmax() == 1


@pytest.mark.parametrize("prior", [prior for prior, _ in PRIORS], ids=["log-normal", "gamma"])
def test_the_gradient_is_the_slope(prior):
    logarithms, step = np.array([-1.0, 0.3]), 1e-6

    _, gradient = prior.log_density(logarithms)

    for i, unit in enumerate(np.eye(2)):
        up, down = (prior.log_density(logarithms + sign * step * unit)[0] for sign in (1, -1))
        assert gradient[i] == pytest.approx((up - down) / (2 * step), rel=1e-5)


def test_more_dimensions_expect_longer_lengthscales():
    assert dimension_scaled(12).mode > dimension_scaled(2).mode
