//! What stands where, and what gives way.

use super::super::specimen::{answer, api, door};
use super::*;

fn drawn(apis: usize, width: usize, height: usize) -> Vec<String> {
    let apis = |count: u64| (0..apis).map(|at| api("client", &format!("api-{at:02}"), &[count, 0, 0])).collect();
    let before = answer(0, vec![door("client", 0, &[])], apis(0));
    let after = answer(1_000, vec![door("client", 120, &[("not-found", 12)])], apis(3));
    let rates = Rates::between(&before, &after, Only::default());
    draw(&after, &rates, Only::default(), width, height).into_iter().map(|(_, line)| line).collect()
}

#[test]
fn doors_apis_services_and_problems_stand_in_80_columns_and_24_lines() {
    let frame = drawn(2, 80, 24);
    let expected = "\
ready  vestibule 0.1.0, process 4711, 7f3a91c since 2026-11-22T14:02:11Z

door             req/s    50%    99% active  open refused/s failed/s  certificat
client             120  500us  500us      3     7      12.0        0  2026-11-25

api              req/s    50%    99%                  4xx/s    5xx/s  door
api-00             3.0  500us  500us                      0        0  client
api-01             3.0  500us  500us                      0        0  client

service, replicas                  under way  latency  state
shop                                       4           1 of 2 well, breaker open
  http://10.0.0.7:3000                     2    1.8ms  healthy
  http://10.0.0.8:3000                     2    1.8ms  ejected, again in 9 s

problem                         per s
not-found                        12.0";
    assert_eq!(frame.join("\n"), expected);
}

#[test]
fn where_there_is_no_room_the_longest_table_gives_way_and_says_so() {
    for (width, height) in [(80, 24), (80, 18), (120, 40), (40, 8), (10, 3), (1, 1), (0, 0)] {
        let frame = drawn(300, width, height);
        assert!(frame.len() <= height, "{} of {height}", frame.len());
        assert!(frame.iter().all(|line| line.chars().count() <= width), "{frame:#?}");
    }
    let frame = drawn(300, 100, 24);
    assert!(frame.iter().any(|line| line.starts_with("… and 29")), "{frame:#?}");
    for word in ["client ", "  http://10.0.0.8:3000", "not-found"] {
        assert!(frame.iter().any(|line| line.starts_with(word)), "{word} gave way:\n{frame:#?}");
    }
}

#[test]
fn what_is_not_well_is_marked() {
    let reading = answer(0, vec![door("client", 0, &[])], Vec::new());
    let rates = Rates::between(&reading, &reading, Only::default());
    let frame = draw(&reading, &rates, Only::default(), 100, 24);
    let style = |words: &str| frame.iter().find(|(_, line)| line.contains(words)).map(|(style, _)| *style);
    assert_eq!(style("breaker open"), Some(Some(Style::Yellow)));
    assert_eq!(style("ejected, again in 9 s"), Some(Some(Style::Yellow)));
    assert_eq!(style("2026-11-25 ends soon"), Some(Some(Style::Yellow)), "the first to end");
    assert_eq!(style("http://10.0.0.7"), Some(None));
}

#[test]
fn figures_need_few_letters() {
    let rates = [0.0, 0.04, 3.21, 99.9, 123.4, 99_999.0, 123_456.0].map(rate);
    assert_eq!(rates, ["0", "0.0", "3.2", "99.9", "123", "99999", "123k"]);
    let times = [None, Some(500.0), Some(2_500.0), Some(25_000.0), Some(250_000.0), Some(2_500_000.0), Some(60e6)];
    let words = ["-", "500us", "2.5ms", "25ms", "250ms", "2.5s", "60s"];
    assert_eq!(times.map(time), words);
    assert_eq!(time(Some(f64::INFINITY)), ">60s");
}

#[test]
fn nothing_moves_the_cursor() {
    assert_eq!(clipped("a\x1b[2J\r\nb\u{9b}", 80), "a?[2J??b?");
}
