use leptos::prelude::*;

use super::*;

fn html(piece: Piece) -> String {
    view! { <div>{piece}</div> }.to_html()
}

#[test]
fn what_people_write_stays_text() {
    let piece = piece("a", "x\" onclick=\"y")
        .attr("title", "<b>&")
        .says("<script>")
        .says("1 & 2</script>");
    assert_eq!(
        html(piece),
        "<div><a class=\"x&quot; onclick=&quot;y\" title=\"&lt;b&gt;&amp;\">\
         &lt;script&gt;1 &amp; 2&lt;/script&gt;</a></div>"
    );
}

#[test]
fn texts_in_a_row_are_one_as_in_the_document() {
    let both = piece("p", "").says("a").says("").says("b");
    assert_eq!(both, piece("p", "").says("ab"));
    assert_eq!(piece("p", "").says("").0.inside.len(), 0);
}

#[test]
fn an_input_has_no_end_tag() {
    let input = piece("input", "").attr("name", "user").flag("hidden", true);
    assert_eq!(
        html(piece("form", "").with(input).with(piece("i", ""))),
        "<div><form><input name=\"user\" hidden=\"\"><i></i></form></div>"
    );
}
