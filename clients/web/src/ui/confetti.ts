/** Confetti on a canvas: the four shapes in the six colours, for a few seconds. */

const COLOURS = ["#2353d6", "#c23b0c", "#08734f", "#b3186a", "#6f35d4", "#d8f84c"];
const PIECES = 140;
const LENGTH_MS = 6000;
const GRAVITY = 620;

interface Piece {
  x: number;
  speed_x: number;
  speed_y: number;
  size: number;
  turn: number;
  colour: string;
  shape: number;
}

/** Throws it once. Returns what stops it. */
export function throwConfetti(canvas: HTMLCanvasElement): () => void {
  const context = canvas.getContext("2d");
  if (!context) return () => {};
  canvas.width = canvas.clientWidth;
  canvas.height = canvas.clientHeight;
  const pieces = Array.from({ length: PIECES }, () => newPiece(canvas.width));
  const start = performance.now();
  let frame = requestAnimationFrame(draw);

  function draw(now: number) {
    const seconds = Math.max(0, now - start) / 1000;
    context!.clearRect(0, 0, canvas.width, canvas.height);
    for (const piece of pieces) drawPiece(context!, piece, seconds, canvas.height);
    if (now - start < LENGTH_MS) frame = requestAnimationFrame(draw);
    else context!.clearRect(0, 0, canvas.width, canvas.height);
  }
  return () => cancelAnimationFrame(frame);
}

function newPiece(width: number): Piece {
  const side = Math.random() < 0.5 ? 0 : 1;
  return {
    x: side * width,
    speed_x: (side ? -1 : 1) * (0.1 + Math.random() * 0.65) * width * 0.7,
    speed_y: -(0.5 + Math.random() * 0.7),
    size: 7 + Math.random() * 12,
    turn: (Math.random() - 0.5) * 12,
    colour: COLOURS[Math.floor(Math.random() * COLOURS.length)] as string,
    shape: Math.floor(Math.random() * 3),
  };
}

function drawPiece(context: CanvasRenderingContext2D, piece: Piece, seconds: number, height: number): void {
  // Air slows the way sideways, so that it falls as paper does.
  const x = piece.x + (piece.speed_x * (1 - Math.exp(-1.4 * seconds))) / 1.4;
  const y = height * 0.9 + piece.speed_y * height * 1.25 * seconds + (GRAVITY * seconds * seconds) / 2;
  context.save();
  context.translate(x, y);
  context.rotate(piece.turn * seconds);
  context.scale(1, Math.cos(seconds * 5 + piece.turn));
  context.fillStyle = piece.colour;
  context.beginPath();
  if (piece.shape === 0) context.arc(0, 0, piece.size / 2, 0, 7);
  else if (piece.shape === 1) context.rect(-piece.size / 2, -piece.size / 2, piece.size, piece.size);
  else
    for (const corner of [0, 1, 2])
      context.lineTo(Math.sin(corner * 2.09) * piece.size * 0.6, -Math.cos(corner * 2.09) * piece.size * 0.6);
  context.fill();
  context.restore();
}
