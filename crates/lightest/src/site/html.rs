//! Pieces of HTML: text made safe, code, and links to evidence.

use lightest_model::catalog::{Catalog, Evidence, is_web};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::places;
use crate::words;

/// A text as HTML, with what stands between backquotes set as code.
pub(super) fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for (at, piece) in text.split('`').enumerate() {
        if at % 2 == 1 {
            out.push_str(&code(piece));
        } else {
            out.push_str(&escaped(piece));
        }
    }
    out
}

/// A text as HTML, or as the value of an attribute in double quotes.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\r' => out.push(' '),
            _ => out.push(letter),
        }
    }
    out
}

/// A text as code.
pub(super) fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text))
}

/// Markdown as HTML; tables may be scrolled by keyboard where they are wider than the page. Texts of a user's catalog stand
/// in it: HTML but for line breaks is text, a link leads to the web or is its words, and a picture is its words.
pub(super) fn markdown(text: &str, title: &str) -> String {
    // Links stand in no other link.
    let mut is_link = false;
    let safe = Parser::new_ext(text, Options::ENABLE_TABLES).filter_map(|event| match event {
        Event::Html(html) | Event::InlineHtml(html) if &*html != "<br>" => Some(Event::Text(html)),
        Event::Start(Tag::Link { ref dest_url, .. }) => {
            is_link = is_web(dest_url);
            is_link.then_some(event)
        }
        Event::End(TagEnd::Link) => is_link.then_some(event),
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
        event => Some(event),
    });
    let mut html = String::with_capacity(text.len() * 2);
    pulldown_cmark::html::push_html(&mut html, safe);
    let mut out = String::with_capacity(html.len() + 256);
    for (at, part) in html.split("<table>").enumerate() {
        // Each has a name of its own.
        let number = if at > 1 { format!(" ({at})") } else { String::new() };
        if at > 0 {
            out.push_str(&format!(
                "<div class=\"lt-scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}{number}\"><table>",
                escaped(title)
            ));
        }
        out.push_str(part);
    }
    out.replace("</table>", "</table></div>").replace("<pre>", "<pre tabindex=\"0\">")
}

/// A section that is folded until somebody asks for it. Its title is no `h2`, which mdBook would make a link.
pub(super) fn folded(id: &str, title: &str, body: &str) -> String {
    format!(
        "<details class=\"lt-section\" id=\"{id}\"><summary><span role=\"heading\" aria-level=\"2\">{}</span></summary>\n{}\n</details>\n",
        escaped(title),
        body.trim_end()
    )
}

/// Identifiers as code, with commas.
pub(super) fn codes<S: AsRef<str>>(words: &[S]) -> String {
    words.iter().map(|word| code(word.as_ref())).collect::<Vec<_>>().join(", ")
}

/// The first letter made a capital, for the start of a sentence or a cell, unless an identifier stands there.
pub(super) fn capital(text: &str) -> String {
    if text.split([' ', ',', '(']).next().is_some_and(|word| word.contains('_')) {
        return text.to_owned();
    }
    words::capital(text)
}

/// Links to where something is known from.
pub(super) fn evidence(catalog: &Catalog, evidence: &[Evidence]) -> String {
    let one = |evidence: &Evidence| {
        let place = places::place(catalog, evidence);
        let (short, full) = (escaped(&place.short()), escaped(&place.full()));
        match place.address.as_ref().map(ToString::to_string) {
            Some(address) => format!(r#"<a href="{}" title="{full}">{short}</a>"#, escaped(&address)),
            None => format!("<span>{full}</span>"),
        }
    };
    let places: Vec<String> = evidence.iter().map(one).collect();
    format!(r#"<span class="lt-evidence">{}</span>"#, places.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_escaped() {
        assert_eq!(text("a <b> & `c<d`\n\"e\""), "a &lt;b&gt; &amp; <code>c&lt;d</code> &quot;e&quot;");
        assert_eq!(
            markdown("a [b](javascript:c) <data:d> ![e](https://f.example/g) <i onclick=h>i</i> <table>", ""),
            "<p>a b data:d e &lt;i onclick=h&gt;i&lt;/i&gt; &lt;table&gt;</p>\n"
        );
        assert_eq!(markdown("<script>a()</script>\n", ""), "&lt;script&gt;a()&lt;/script&gt;\n");
        assert_eq!(
            markdown("a<br>[b](https://c.example)", ""),
            "<p>a<br><a href=\"https://c.example\">b</a></p>\n"
        );
        assert_eq!(capital("émile"), "Émile");
        assert_eq!(capital("guest_test_uefi, in the tree"), "guest_test_uefi, in the tree");
    }
}
