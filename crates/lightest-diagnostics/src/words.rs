//! Numbers and lists as people read them; plurals and units are defined only here.

/// A size in decimal units, two significant digits or more: `224 MB`, `3.8 GB`, `32 GB`.
#[must_use]
pub fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let bytes = u128::from(bytes);
    // Each figure is rounded once, from the bytes themselves.
    let rounded = |parts: u128, unit: usize| {
        let size = 1000_u128.pow(u32::try_from(unit).unwrap_or(0));
        (bytes * parts + size / 2) / size
    };
    let unit = (0..UNITS.len()).find(|unit| rounded(1, *unit) < 1000).unwrap_or(UNITS.len() - 1);
    let (tenths, whole) = (rounded(10, unit), rounded(1, unit));
    if unit == 0 || tenths >= 100 || tenths.is_multiple_of(10) {
        format!("{whole} {}", UNITS[unit])
    } else {
        format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
    }
}

/// A duration: `0.4 s`, `12.5 s`, `3 min 20 s`, `2 h 05 min`.
#[must_use]
pub fn duration(time: std::time::Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 59.95 {
        return format!("{seconds:.1} s");
    }
    let whole = (time + std::time::Duration::from_millis(500)).as_secs();
    if whole < 3600 {
        format!("{} min {:02} s", whole / 60, whole % 60)
    } else {
        let minutes = (whole + 30) / 60;
        format!("{} h {:02} min", minutes / 60, minutes % 60)
    }
}

/// `1 boot`, `2 boots`.
#[must_use]
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// The head of a title: what stands before its first colon, comma or parenthesis.
#[must_use]
pub fn short(title: &str) -> &str {
    title.split([':', ',', '(']).next().unwrap_or(title).trim_end()
}

/// `a`, `a and b`, `a, b and c`.
#[must_use]
pub fn list<S: AsRef<str>>(items: &[S], last: &str) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [rest @ .., end] => {
            let rest: Vec<&str> = rest.iter().map(AsRef::as_ref).collect();
            format!("{} {last} {}", rest.join(", "), end.as_ref())
        }
    }
}

/// The same with a capital at the start.
#[must_use]
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_rounded_for_comparison() {
        let sizes = [0, 999, 22_500, 224_494_080, 999_999_999, 3_758_211_584, 32_214_352_384];
        let read: Vec<String> = sizes.into_iter().map(bytes).collect();
        assert_eq!(read, ["0 B", "999 B", "23 kB", "224 MB", "1 GB", "3.8 GB", "32 GB"]);
    }

    #[test]
    fn durations_are_rounded_once() {
        let read = |millis| duration(std::time::Duration::from_millis(millis));
        assert_eq!(read(0), "0.0 s");
        assert_eq!(read(59_940), "59.9 s");
        assert_eq!(read(59_960), "1 min 00 s");
        assert_eq!(read(200_000), "3 min 20 s");
        assert_eq!(read(3_599_600), "1 h 00 min");
        assert_eq!(read(7_500_000), "2 h 05 min");
    }

    #[test]
    fn lists_end_with_their_conjunction() {
        assert_eq!(list(&["a", "b", "c"], "or"), "a, b or c");
        assert_eq!(list(&["a"], "or"), "a");
        assert_eq!(count(1, "boot"), "1 boot");
        assert_eq!(count(2, "boot"), "2 boots");
    }
}
