/** The player's result as a picture to share or to keep: drawn here, on midnight ground with the shapes of the game. */

import { avatarUri } from "../ui/avatars";
import { t } from "../i18n/i18n.svelte";

/** What is on the picture, in words. */
export interface CardTexts {
  title: string;
  name: string;
  avatar: string;
  rank: string;
  points: string;
}

export const SIDE = 1080;
const MIDDLE = SIDE / 2;
const WIDEST = SIDE - 160;
const GROUND = "#191530";
const QUIET = "#2a2546";
const CITRON = "#d8f84c";
const PAPER = "#fffdf8";
const FONT = '"Gabarito Variable", system-ui, sans-serif';

/** Draws the picture. @throws Error where the browser cannot. */
export async function drawCard(texts: CardTexts): Promise<File> {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  const context = canvas.getContext("2d");
  const [avatar] = await Promise.all([picture(avatarUri(texts.avatar)), document.fonts.load(`800 96px ${FONT}`)]);
  if (!context) throw new Error("no canvas");
  drawGround(context);
  context.fillStyle = CITRON;
  context.beginPath();
  context.roundRect(MIDDLE - 180, 160, 360, 360, 118);
  context.fill();
  context.save();
  context.beginPath();
  context.roundRect(MIDDLE - 170, 170, 340, 340, 110);
  context.clip();
  context.drawImage(avatar, MIDDLE - 170, 170, 340, 340);
  context.restore();
  write(context, texts.title, 105, 44, 600, PAPER);
  write(context, texts.name, 620, 76, 700, PAPER);
  write(context, texts.rank, 770, 104, 800, CITRON);
  write(context, texts.points, 880, 60, 700, PAPER);
  write(context, "QuickPoll", 1010, 40, 800, CITRON);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
  if (!blob) throw new Error("no picture");
  return new File([blob], "quickpoll.png", { type: "image/png" });
}

/** Whether this browser shares pictures with other apps. */
export function canShare(file: File): boolean {
  return navigator.canShare?.({ files: [file] }) ?? false;
}

/** Shares the picture where the browser can; else saves it. */
export async function shareCard(file: File): Promise<void> {
  if (canShare(file)) {
    // Who closes the list of apps has decided not to.
    await navigator.share({ files: [file] }).catch(() => {});
    return;
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** The words of the picture, in the language of the page. */
export function cardTexts(result: {
  title: string;
  name: string;
  avatar: string;
  rank: number;
  total: number;
  points: number;
}): CardTexts {
  const { title, name, avatar, rank, total, points } = result;
  return { title, name, avatar, rank: t("card.rank", { n: rank, total }), points: t("count.points", { n: points }) };
}

function drawGround(context: CanvasRenderingContext2D): void {
  context.fillStyle = GROUND;
  context.fillRect(0, 0, SIDE, SIDE);
  context.fillStyle = QUIET;
  context.fill(new Path2D("M-80 350 160-110l240 460z"));
  context.fill(new Path2D("M990 -40a230 230 0 1 0 .1 0z"));
  context.fill(new Path2D("M880 800l330 70-70 330-330-70z"));
  context.fill(new Path2D("M80 760l210 210-210 210-210-210z"));
}

/** Writes a line in the middle; a long one smaller. */
function write(
  context: CanvasRenderingContext2D,
  text: string,
  y: number,
  size: number,
  weight: number,
  colour: string,
): void {
  context.textAlign = "center";
  context.direction = document.dir === "rtl" ? "rtl" : "ltr";
  context.fillStyle = colour;
  context.font = `${weight} ${size}px ${FONT}`;
  const fitting = Math.min(1, WIDEST / context.measureText(text).width);
  if (fitting < 1) context.font = `${weight} ${Math.max(24, Math.floor(size * fitting))}px ${FONT}`;
  context.fillText(text, MIDDLE, y, WIDEST);
}

async function picture(uri: string): Promise<HTMLImageElement> {
  const image = new Image(SIDE, SIDE);
  image.src = uri;
  await image.decode();
  return image;
}
