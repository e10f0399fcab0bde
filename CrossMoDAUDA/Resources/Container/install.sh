#!/bin/sh
# install.sh TORCH: puts what the image needs into /opt/crossmoda. Dockerfile and crossmoda-uda.def call it.
# TORCH is cuda (PyTorch as PyPI has it, with CUDA) or one of PyTorch's own indexes: cpu, cu126, ...
set -eu
cd "$(dirname "$0")"
case "$1" in
cuda) index= ;;
*) index="--index-url https://download.pytorch.org/whl/$1" ;;
esac
python3 -m venv /opt/crossmoda/venv
PATH="/opt/crossmoda/venv/bin:$PATH"
# shellcheck disable=SC2086 # two words or none
pip install --no-cache-dir $index "$(grep '^torch==' requirements.txt)"
pip install --no-cache-dir -r requirements.txt
pip install --no-cache-dir --no-deps -r requirements-nnunet.txt ./crossmodauda-*.whl
# The package is checked whole and unpacked here, so that a run needs no room for it in /tmp.
CROSSMODA_MODELS=/opt/crossmoda/models crossmoda-uda import model.zip
mv /opt/crossmoda/models/* /opt/crossmoda/model
rmdir /opt/crossmoda/models
chmod -R a+rX /opt/crossmoda
