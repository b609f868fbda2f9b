# syntax=docker/dockerfile:1
# The image of docs/adr/0008-image.md. Build it with `make image`; all stages are of Debian 12, so that what the first one
# links fits what the last one has.

FROM swift:6.3-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        ca-certificates git libarchive-tools libsqlite3-dev openssh-client rclone zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
# What the dependencies are changes seldom: their layer is kept while only sources change.
COPY Package.* ./
RUN swift package resolve
COPY . .
# Nothing links against the program: without its exports the linker drops what nobody uses.
RUN swift build -c release --static-swift-stdlib --product fairlead -Xlinker --no-export-dynamic \
        --explicit-target-dependency-import-check error \
    && install -D -s "$(swift build -c release --static-swift-stdlib --show-bin-path)/fairlead" /image/usr/bin/fairlead \
    && scripts/image_libraries.sh /image/usr/bin/fairlead /image \
    && scripts/image_tools.sh /image

# glibc, libgcc, libstdc++, certificates and time zones; no shell, no package manager.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /image/ /
USER 65532:65532
WORKDIR /
ENTRYPOINT ["/usr/bin/fairlead"]
CMD ["--help"]
