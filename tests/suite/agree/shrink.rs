//! From a difference to the smallest one like it.

use super::compare::{Difference, nodes_differ};
use super::graph::World;
use std::fmt::Write;
use strat::engine::Options;
use strat::ir::NodeId;
use strat::types::TableId;

/// The smallest node that differs, with fewer rows where that still differs, and everything it is made of.
pub fn report(mut world: World, options: &Options, found: Difference) -> String {
    let Some((table, mut nodes)) = found.nodes else { return found.what };
    nodes.sort_unstable();
    let Some(node) = nodes.iter().copied().find(|node| nodes_differ(&world, options, table, &[*node]).is_some()) else {
        return format!("only together: {}", found.what);
    };
    drop_rows(&mut world, options, table, node);
    let what = nodes_differ(&world, options, table, &[node]).unwrap_or(found.what);
    let mut out = format!("{what}\n");
    for id in world.program.graph.reachable([node]) {
        let definition = world.program.graph.get(id).unwrap();
        let _ = writeln!(out, "  {id:?} space {:?} type {:?}: {:?}", definition.space, definition.ty, definition.kind);
    }
    for (at, schema) in (0..).zip(&world.program.tables) {
        if let Some(data) = world.snapshot.table(TableId(at)) {
            let _ = writeln!(out, "  {} ({} rows)", schema.name, data.rows);
            for (column, values) in schema.columns.iter().zip(&data.columns).filter(|_| data.rows > 0 && data.rows <= 12) {
                let _ = writeln!(out, "    {}: {values:?}", column.name);
            }
        }
    }
    out
}

/// Removes runs of rows, long ones first, as long as the node still differs.
fn drop_rows(world: &mut World, options: &Options, table: TableId, node: NodeId) {
    for at in 0..world.program.tables.len() {
        let id = TableId(u32::try_from(at).unwrap());
        let mut length = world.snapshot.table(id).map_or(0, |data| data.rows);
        while length > 0 {
            let mut start = 0;
            while let Some(data) = world.snapshot.table(id).filter(|data| start < data.rows) {
                let before = data.clone();
                let end = (start + length).min(before.rows);
                let mut after = before.clone();
                after.rows -= end - start;
                after.columns.iter_mut().for_each(|values| drop(values.drain(start..end)));
                world.snapshot.set(id, after);
                if nodes_differ(world, options, table, &[node]).is_none() {
                    world.snapshot.set(id, before);
                    start = end;
                }
            }
            length /= 2;
        }
    }
}
