#!/usr/bin/env bash
# How the time of `check` grows with its input: each shape at N and at 4 N, processor time of both, and their ratio (4 is linear).
# PROFILE is cargo's: `release` by default, which a clone builds first; `dist` is what is installed. LIGHTEST names a
# program that was built already.
# Usage: benches/growth.sh [N]    (default: 5000)
set -euo pipefail
cd "$(dirname "$0")/.."
profile=${PROFILE:-release}
[ -n "${LIGHTEST:-}" ] || cargo build --quiet --profile "$profile" --package lightest --bin lightest
lightest=${LIGHTEST:-$PWD/target/$profile/lightest}
echo "measured: $lightest" >&2
folder=$(mktemp --directory)
trap 'rm -rf "$folder"' EXIT
n=${1:-5000}
config='openvmm_uefi_x64(vhd(ubuntu_2504_server_x64))'

body() { # name, lines within
    printf 'async fn %s(config: PetriVmBuilder<OpenVmmPetriBackend>) -> anyhow::Result<()> {\n' "$1"
    printf '    let (vm, agent) = config.run().await?;\n%s' "${2:-}"
    printf '    agent.unix_shell().read_file("/proc/cpuinfo").await?;\n    agent.power_off().await?;\n    Ok(())\n}\n'
}
repeat() { # text with %d and \n, times
    local text=${1//\\n/$'\n'}
    for i in $(seq "$2"); do printf '%s' "${text//%d/$i}"; done
}
list() { printf '#[vmm_test(\n%s)]\n' "$1"; }

write() { # shape, times
    case $1 in
        variants) list "$(repeat "    $config,\\n" "$2")"; body many ;;
        one-line) printf '#[vmm_test(%s)]\n' "$(repeat "$config, " "$2")"; body many ;;
        suppressions) list "$(repeat "    // lightest: expect(heavier-than-needed): because %d\\n    $config,\\n" "$2")"; body many ;;
        remarks) list "$(repeat "    // remark %d\\n    $config,\\n" "$2")"; body many ;;
        one-comment) printf "// lightest: requires(%stpm): because\n" "$(repeat "tpm, " "$2")"; list "    $config"; body many ;;
        requirements) repeat '// lightest: requires(tpm, systemd): because %d\n' "$2"; list "    $config"; body many ;;
        calls) list "    $config"; body many "$(repeat '    agent.unix_shell().read_file("/proc/%d").await?; // why\n' "$2")" ;;
        branches) list "    $config"; body many "$(repeat '    if x%d { agent.ping().await?; }\n' "$2")" ;;
        tests) for_each "$2" '' ;;
        broken) for_each "$2" '    let x = ] ) ;;\n' ;;
        helpers) for_each "$2" '    helper%d(&vm);\n'; repeat 'fn helper%d(vm: &PetriVm) { vm.x(); }\n' "$2" ;;
    esac
}
for_each() { # times, line within: a test each
    local test
    test=$(list "    $config"; body test%d "${2//\\n/$'\n'}")
    repeat "$test"$'\n' "$1"
}

milliseconds() { # folder, format: processor time of one run
    local seconds
    seconds=$( { TIMEFORMAT='%U'; time "$lightest" check --message-format "$2" "$1" > "$folder/out" 2>&1 || true; } 2>&1 )
    echo $((10#${seconds//./}))
}

printf '%-14s %-6s %9s %9s %6s\n' shape format "$n" "$((4 * n))" ratio
for shape in variants one-line suppressions remarks requirements one-comment calls branches tests broken helpers; do
    for times in "$n" "$((4 * n))"; do
        mkdir -p "$folder/$shape-$times"
        write "$shape" "$times" > "$folder/$shape-$times/tests.rs"
    done
    for format in human junit; do
        small=$(milliseconds "$folder/$shape-$n" "$format")
        large=$(milliseconds "$folder/$shape-$((4 * n))" "$format")
        [ "$small" -gt 0 ] || small=1
        ratio=$((10 * large / small))
        printf '%-14s %-6s %6d ms %6d ms %4d.%d\n' "$shape" "$format" "$small" "$large" $((ratio / 10)) $((ratio % 10))
    done
done
