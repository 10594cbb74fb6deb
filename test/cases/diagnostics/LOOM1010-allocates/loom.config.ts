const rows: number[][] = [];
for (;;) rows.push(new Array(1000).fill(rows.length));

export default { rows };
