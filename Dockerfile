# The controller's image, built from the root of the repository. All versions come from constraints.txt;
# give PYTHON_IMAGE with a digest to fix the base as well.
ARG PYTHON_IMAGE=python:3.11-slim

FROM ${PYTHON_IMAGE} AS build
WORKDIR /build
RUN python -m venv --without-pip /opt/eeipu
ENV PIP_NO_CACHE_DIR=1 PIP_CONSTRAINT=/build/constraints.txt PIP_ROOT_USER_ACTION=ignore
COPY pyproject.toml constraints.txt ./
# What the wheel depends on, in a layer that is built again only for other versions.
RUN python -c "import tomllib; project = tomllib.load(open('pyproject.toml', 'rb'))['project']; \
print(*project['dependencies'], *project['optional-dependencies']['controller'], sep='\n')" > requirements.txt \
 && pip --python /opt/eeipu/bin/python install --no-compile --requirement requirements.txt
COPY README.md LICENSE ./
COPY eeipu_kfp eeipu_kfp
# Byte code that is checked by no time stamp, so that two builds give the same files.
RUN pip --python /opt/eeipu/bin/python install --no-compile --no-deps . \
 && python -m compileall -q -x /tests/ --invalidation-mode unchecked-hash /opt/eeipu/lib

FROM ${PYTHON_IMAGE}
COPY --from=build /opt/eeipu /opt/eeipu
# The root filesystem may be read-only, and no account has this user: what asks finds /tmp and a name.
ENV PATH=/opt/eeipu/bin:$PATH HOME=/tmp LOGNAME=eeipu PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 65532:65532
ENTRYPOINT ["python", "-m", "eeipu_kfp.controller"]
